//! The scanners that stages of pipelines ask.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use apl_core::{Scan as Asked, Scanner};
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
    fn scan(&self, text: &str) -> Vec<Range<usize>> {
        self.0.scan(text)
    }
}
