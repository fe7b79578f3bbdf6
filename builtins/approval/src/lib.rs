//! Approvals for CPEX: the channels to people that the waiting verbs of policy name.
