//! Approvals for CPEX: the channels to people that the waiting verbs of policy name.
//!
//! | kind | who is asked, and how |
//! |---|---|
//! | `elicitation/ciba` | a user of an OpenID provider, on their own device (OpenID Connect CIBA Core 1.0) |
//! | `elicitation/inbox` | whoever the document identifies, over the API of the host |

mod ciba;
mod inbox;

pub use ciba::{CIBA_KIND, CibaFactory};
pub use inbox::{INBOX_KIND, InboxFactory};
