//! Whether a server keeps what it is given: one that may drop a label makes a wrong allow of it, and a replica does not know the
//! latest.

use redis::{Pipeline, Value};

use crate::fault::Fault;

/// What a server is asked before it is used.
pub(crate) fn questions() -> Pipeline {
    let mut pipeline = Pipeline::new();
    pipeline.cmd("ROLE").cmd("INFO").arg("memory");
    pipeline
}

/// Refuses a server that is a replica, or that may drop keys when its memory is full.
pub(crate) fn examine(answers: &[Value]) -> Result<(), Fault> {
    let [role, memory] = answers else { return Err(Fault::Unreadable("two answers were expected")) };
    master(role)?;
    let memory = text(memory).ok_or(Fault::Unreadable("`INFO` is answered by text"))?;
    let (policy, most) = (line(memory, "maxmemory_policy:"), line(memory, "maxmemory:"));
    match (policy, most) {
        (Some("noeviction"), _) | (Some(_), Some("0")) => Ok(()),
        (Some(policy), Some(_)) => {
            let text = format!("its `maxmemory-policy` is `{policy}`, which drops labels when its memory is full");
            Err(Fault::Refused(format!("{text}: set it to `noeviction`")))
        }
        _ => Err(Fault::Refused("it does not say whether it drops keys when its memory is full".to_owned())),
    }
}

/// Refuses the `ROLE` of anything but a master.
pub(crate) fn master(role: &Value) -> Result<(), Fault> {
    let Value::Array(parts) = role else { return Err(Fault::Unreadable("`ROLE` is answered by a list")) };
    match parts.first().and_then(text) {
        Some("master") => Ok(()),
        Some(_) => Err(Fault::Refused("it is a replica, which does not know the latest labels".to_owned())),
        None => Err(Fault::Unreadable("`ROLE` begins with a word")),
    }
}

/// The text of an answer.
pub(crate) fn text(value: &Value) -> Option<&str> {
    match value {
        Value::BulkString(bytes) => std::str::from_utf8(bytes).ok(),
        Value::SimpleString(text) | Value::VerbatimString { text, .. } => Some(text),
        _ => None,
    }
}

fn line<'t>(info: &'t str, name: &str) -> Option<&'t str> {
    info.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
}
