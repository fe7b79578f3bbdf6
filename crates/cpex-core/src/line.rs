//! The line to a channel to people: under the one guard, within its time, and told of.

use cpex_orchestration::{Fault, call};
use cpex_sdk::elicitation::{ElicitationChannel, ElicitationError};
use cpex_sdk::{Instance, code};

use crate::collaborator::Collaborator;
use crate::meter::Meter;
use crate::snapshot::{Control, Snapshot};

/// A channel to people that is asked something.
pub(crate) struct Line<'c> {
    pub(crate) channel: &'c dyn ElicitationChannel,
    pub(crate) control: &'c Control,
    meter: &'c Meter,
}

impl<'c> Line<'c> {
    /// The line to the channel of that index, as a plan has it; none where it is no channel.
    pub(crate) fn to(snapshot: &'c Snapshot, plan: Option<usize>, index: usize) -> Option<Self> {
        let control = snapshot.control(plan, index)?;
        let Some(Instance::Approver(channel)) = &control.instance else { return None };
        Some(Self { channel: &**channel, control, meter: &snapshot.meter })
    }

    /// What the channel says, or why it says nothing.
    pub(crate) async fn hear<T>(&self, said: impl Future<Output = Result<T, ElicitationError>>) -> Result<T, String> {
        let said = call(said, self.control.timeout);
        match Collaborator::new(self.control, code::ELICITATION_FAILED).asked(self.meter, said).await {
            Ok(Ok(said)) => Ok(said),
            Ok(Err(error)) => Err(error.to_string()),
            Err(Fault::Timeout) => Err("no answer in time".to_owned()),
            Err(Fault::Panic) => Err("it panicked".to_owned()),
        }
    }
}
