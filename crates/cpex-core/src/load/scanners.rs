//! The scanners that stages of pipelines ask: foreign code, called under the guard, and its answer checked.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use apl_core::{Scan as Asked, Scanner};
use cpex_orchestration::call_sync;
use cpex_sdk::scan::{ContentScanner, Scan};

/// The scanners a manager knows, by what they look for.
pub(crate) type Scanners = HashMap<Scan, Arc<dyn ContentScanner>>;

/// The scanners as the language asks them.
pub(super) fn adapted(scanners: Scanners) -> Vec<(Asked, Arc<dyn Scanner>)> {
    let adapt = |(scan, scanner): (Scan, Arc<dyn ContentScanner>)| {
        let asked = match scan {
            Scan::Pii => Asked::Pii,
            Scan::Injection => Asked::Injection,
        };
        (asked, Arc::new(Adapter(scanner)) as Arc<dyn Scanner>)
    };
    scanners.into_iter().map(adapt).collect()
}

struct Adapter(Arc<dyn ContentScanner>);

impl Scanner for Adapter {
    fn scan(&self, text: &str) -> Option<Vec<Range<usize>>> {
        let found = call_sync(|| self.0.scan(text)).ok()?;
        // A range that is none of the text, or is empty, would hide what it was meant to show.
        found.iter().all(|range| text.get(range.clone()).is_some_and(|found| !found.is_empty())).then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a scanner answers to a text.
    type Answer = fn(&str) -> Vec<Range<usize>>;

    fn one(range: Range<usize>) -> Vec<Range<usize>> {
        std::iter::once(range).collect()
    }

    struct Answers(Answer);

    impl ContentScanner for Answers {
        fn scan(&self, text: &str) -> Vec<Range<usize>> {
            (self.0)(text)
        }
    }

    #[test]
    fn a_scanner_that_panics_or_answers_what_is_no_part_of_the_text_tells_nothing() {
        let asked = |answer: Answer| Adapter(Arc::new(Answers(answer))).scan("aé");
        assert_eq!(asked(|_| vec![0..1, 1..3]), Some(vec![0..1, 1..3]));
        assert_eq!(asked(|_| Vec::new()), Some(Vec::new()));
        let wrong: [Answer; 4] =
            [|_| one(0..9), |_| one(0..2), |_| one(1..1), |_| std::panic::resume_unwind(Box::new("planted"))];
        for wrong in wrong {
            assert_eq!(asked(wrong), None);
        }
    }
}
