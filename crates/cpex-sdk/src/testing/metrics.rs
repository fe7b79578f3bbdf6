//! Doubles of the metrics port.

use std::sync::{Mutex, PoisonError};

use crate::metrics::{Attribute, Called, Decided, Dropped, LeftOut, Loaded, Metric, Metrics, Stored};

/// Keeps what it is told, in order, as lines `<metric> <attribute>=<value> …`; attributes without a value are left out, and
/// so is how long a thing took.
#[derive(Debug, Default)]
pub struct RecordingMetrics {
    lines: Mutex<Vec<String>>,
}

impl RecordingMetrics {
    /// The lines so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, metric: Metric, attributes: &[Attribute<'_>]) {
        let mut line = metric.name.to_owned();
        for (name, value) in attributes {
            if let Some(value) = value {
                line.push_str(&format!(" {name}={value}"));
            }
        }
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

impl Metrics for RecordingMetrics {
    fn decided(&self, decided: &Decided<'_>) {
        self.keep(Decided::METRIC, &decided.attributes());
    }

    fn called(&self, called: &Called<'_>) {
        self.keep(Called::METRIC, &called.attributes());
    }

    fn stored(&self, stored: &Stored) {
        self.keep(Stored::METRIC, &stored.attributes());
    }

    fn loaded(&self, loaded: &Loaded<'_>) {
        self.keep(Loaded::METRIC, &loaded.attributes());
    }

    fn left_out(&self, left_out: &LeftOut<'_>) {
        self.keep(LeftOut::METRIC, &left_out.attributes());
    }

    fn dropped(&self, dropped: &Dropped<'_>) {
        self.keep(Dropped::METRIC, &dropped.attributes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_kept_in_order_without_what_has_no_value() {
        let metrics = RecordingMetrics::default();
        metrics.loaded(&Loaded { state: "refused", digest: None });
        let decided = Decided { hook: "h", route: None, decision: "allow", code: None, duration: Default::default() };
        metrics.decided(&decided);
        let expected = [
            "cpex.document.loads cpex.document.state=refused",
            "cpex.decision.duration cpex.hook=h cpex.decision=allow",
        ];
        assert_eq!(metrics.lines(), expected);
    }
}
