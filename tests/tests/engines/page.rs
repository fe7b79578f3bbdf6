//! The page of the documentation that says where the engines differ.

use std::fs;
use std::path::Path;

use super::asked::ENGINES;
use super::differences::{self, SITUATIONS};

const PAGE: &str = "../docs/engines.md";
const BEGIN: &str = "<!-- the differences of the engines -->\n";
const END: &str = "<!-- end of the differences of the engines -->";

#[test]
fn the_documentation_says_where_the_engines_differ() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    let made = format!("\n{}\n", table());
    if std::env::var_os("CPEX_BLESS").is_some_and(|value| value == "1") {
        return fs::write(path, format!("{before}{BEGIN}{made}{END}{after}")).unwrap();
    }
    assert!(
        found == made,
        "docs/engines.md is not what the table says; run this again with CPEX_BLESS=1 to write it anew"
    );
}

fn table() -> String {
    let names: String = ENGINES.iter().map(|engine| format!(" `{}` |", engine.name())).collect();
    let mut table = format!("| | the policy language |{names}\n|---|---|{}\n", "---|".repeat(ENGINES.len()));
    for situation in SITUATIONS {
        table.push_str(&format!("| {} | {} |", situation.name, situation.here));
        for engine in ENGINES {
            let mut there = differences::all().filter(|(_, it)| it.engine == *engine && it.situation == *situation);
            table.push_str(&format!(" {} |", there.next().map_or("the same", |(_, difference)| difference.there)));
        }
        table.push('\n');
    }
    table
}
