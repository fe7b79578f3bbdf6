//! The labels of sessions: a set each.

use std::sync::Arc;
use std::time::Duration;

use apl_cmf::NameSet;
use cpex_sdk::{Declassification, PluginError, SessionKey, SessionStore, StoreError, async_trait};
use redis::{Pipeline, Value};

use crate::fault::Fault;
use crate::keys::Keys;
use crate::link::{Link, Repeat};
use crate::server::{master, text};

/// The store of labels.
pub(crate) struct Sessions {
    pub(crate) link: Arc<Link>,
    pub(crate) keys: Keys,
    /// How long labels are kept after the last was added.
    pub(crate) ttl: Duration,
}

#[async_trait]
impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<NameSet, StoreError> {
        let mut pipeline = Pipeline::new();
        // A server that became a replica answers readers, with what was.
        pipeline.cmd("ROLE").cmd("SMEMBERS").arg(self.keys.session(key));
        let answers = self.link.ask(&pipeline, Repeat::Once).await?;
        let [role, members] = answers.as_slice() else {
            return Err(Fault::Unreadable("two answers were expected").into());
        };
        if let Err(fault) = master(role) {
            self.link.forget();
            return Err(fault.into());
        }
        Ok(labels(members)?)
    }

    async fn append(&self, key: &SessionKey, labels: &[Arc<str>]) -> Result<(), StoreError> {
        if labels.is_empty() {
            return Ok(());
        }
        let (key, ttl) = (self.keys.session(key), self.ttl.as_secs());
        let mut pipeline = Pipeline::new();
        let added = pipeline.atomic().cmd("SADD").arg(&key);
        for label in labels {
            added.arg(&**label);
        }
        // A time that another replica gave is never shortened: `GT` extends one, and `NX` begins it.
        pipeline.cmd("EXPIRE").arg(&key).arg(ttl).arg("NX");
        pipeline.cmd("EXPIRE").arg(&key).arg(ttl).arg("GT");
        self.link.ask(&pipeline, Repeat::Once).await?;
        Ok(())
    }

    async fn declassify(&self, key: &SessionKey, label: &str, _by: Declassification) -> Result<(), StoreError> {
        let mut pipeline = Pipeline::new();
        pipeline.cmd("SREM").arg(self.keys.session(key)).arg(label);
        // Somebody may have added the label again since it was removed.
        self.link.ask(&pipeline, Repeat::Never).await?;
        Ok(())
    }

    async fn expire(&self, key: &SessionKey) -> Result<(), StoreError> {
        let mut pipeline = Pipeline::new();
        pipeline.cmd("DEL").arg(self.keys.session(key));
        // The session that begins under the same key is another.
        self.link.ask(&pipeline, Repeat::Never).await?;
        Ok(())
    }

    async fn initialize(&self) -> Result<(), PluginError> {
        match self.link.connect().await {
            Ok(()) => Ok(()),
            // It may be started later than this process, and is waited for by nobody: until then what needs labels is denied.
            Err(fault @ (Fault::Unreachable(_) | Fault::Timeout | Fault::Lost | Fault::Answer { .. })) => {
                tracing::warn!(target: "cpex", "the session store is not there yet: {fault}");
                Ok(())
            }
            Err(fault @ (Fault::Refused(_) | Fault::Unreadable(_))) => Err(PluginError(fault.to_string())),
        }
    }
}

/// The labels of a set; anything that is no label is an error, since it stands where one was.
fn labels(members: &Value) -> Result<NameSet, Fault> {
    let (Value::Array(members) | Value::Set(members)) = members else {
        return Err(Fault::Unreadable("labels are answered by a list"));
    };
    let label = |member| text(member).filter(|label| !label.is_empty());
    let labels: Option<NameSet> = members.iter().map(label).collect();
    labels.ok_or(Fault::Unreadable("a label is text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_list_of_labels_is_an_error_and_not_the_absence_of_labels() {
        let bytes = |text: &[u8]| Value::BulkString(text.to_vec());
        let read = labels(&Value::Array(vec![bytes(b"secret"), bytes("pii é".as_bytes())]));
        assert_eq!(read, Ok(NameSet::from_iter(["secret", "pii é"])));
        assert_eq!(labels(&Value::Array(Vec::new())), Ok(NameSet::default()));
        for other in [
            Value::Nil,
            Value::Okay,
            bytes(b"secret"),
            Value::Int(1),
            Value::Array(vec![bytes(b"secret"), Value::Nil]),
            Value::Array(vec![bytes(b"\xff")]),
            Value::Array(vec![bytes(b"")]),
            Value::Array(vec![Value::Array(Vec::new())]),
        ] {
            assert!(labels(&other).is_err(), "{other:?}");
        }
    }
}
