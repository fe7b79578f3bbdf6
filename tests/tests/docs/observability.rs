//! The tables of `docs/observability.md` are made from those of the code.

use cpex::sdk::metrics::{self, Metric};
use cpex::spans::{self, SpanRow};

use super::page;

const PAGE: &str = "docs/observability.md";

#[test]
fn the_tables_of_spans_and_metrics_are_made_from_the_code() {
    let written = page::read(PAGE);
    let parts = [("spans", spans()), ("metrics", metrics())];
    let made = parts.iter().fold(written, |page, (name, table)| page::with_part(&page, name, table));
    page::expect_fresh(PAGE, &made);
}

#[test]
fn every_attribute_that_is_our_own_is_explained_outside_the_tables() {
    let page = ["spans", "metrics"].iter().fold(page::read(PAGE), |page, part| page::with_part(&page, part, ""));
    let of_spans = spans::ALL.iter().flat_map(|row| row.attributes);
    let of_metrics = metrics::ALL.iter().flat_map(|row| row.attributes);
    for attribute in of_spans.chain(of_metrics).filter(|attribute| attribute.starts_with("cpex.")) {
        assert!(page.contains(&format!("`{attribute}`")), "{attribute}");
    }
}

fn spans() -> String {
    let row = |SpanRow { name, level, attributes, doc }: &SpanRow| {
        [format!("`{name}`"), (*level).to_owned(), list(attributes), (*doc).to_owned()]
    };
    page::table(["span", "level", "attributes", "what it is"], spans::ALL.iter().map(row))
}

fn metrics() -> String {
    let row = |Metric { name, instrument, unit, attributes, doc }: &Metric| {
        [format!("`{name}`"), (*instrument).to_owned(), format!("`{unit}`"), list(attributes), (*doc).to_owned()]
    };
    page::table(["metric", "instrument", "unit", "attributes", "what it says"], metrics::ALL.iter().map(row))
}

fn list(attributes: &[&str]) -> String {
    attributes.iter().map(|attribute| format!("`{attribute}`")).collect::<Vec<_>>().join(", ")
}
