//! Identity plugins for CPEX: signed JSON web tokens
