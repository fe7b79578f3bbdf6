//! The tables of `docs/language.md` that list what the language has are made from the tables of the code.

use cpex::apl::{EFFECTS, STAGES};
use cpex::cmf::Capability;
use cpex::document::keys::{TABLES, Table};
use cpex::policy::{Access, Row};
use cpex::sdk::config::{Key, Shape};
use cpex::sdk::{HookPoint, HookSide};

use super::page;

const PAGE: &str = "docs/language.md";

#[test]
fn the_tables_of_the_language_are_made_from_the_code() {
    let written = page::read(PAGE);
    let parts = [
        ("effects", effects()),
        ("stages", stages()),
        ("attributes", attributes()),
        ("hooks", hooks()),
        ("capabilities", capabilities()),
        ("keys", keys()),
        ("unsupported", of_places(["key", "where", "instead"], |table| table.unsupported)),
        ("renamed", of_places(["0.2 had", "where", "here"], |table| table.renamed)),
    ];
    let made = parts.iter().fold(written, |page, (name, table)| page::with_part(&page, name, table));
    page::expect_fresh(PAGE, &made);
}

fn keys() -> String {
    let row = |key: &Key| {
        let name = if key.required { format!("`{}` (required)", key.name) } else { format!("`{}`", key.name) };
        [name, shape(key.shape), key.doc.to_owned()]
    };
    let sections = TABLES.iter().map(|table| {
        let rows = page::table(["key", "value", "what it is"], table.keys.iter().map(row));
        format!("### Keys {}\n\n{rows}\n", table.place)
    });
    sections.collect()
}

/// Keys that are refused by name, and what to do about each.
fn of_places(heading: [&str; 3], keys: impl Fn(&Table) -> &'static [(&'static str, &'static str)]) -> String {
    let of_place = |table: &Table| {
        let row = |(key, instead): &(&str, &str)| [format!("`{key}`"), table.place.to_owned(), (*instead).to_owned()];
        keys(table).iter().map(row).collect::<Vec<_>>()
    };
    page::table(heading, TABLES.iter().flat_map(of_place))
}

/// What a person calls the shape.
fn shape(shape: Shape) -> String {
    let mut names = Vec::new();
    name(shape, &mut names);
    names.join(" or ")
}

fn name(shape: Shape, names: &mut Vec<String>) {
    let own = match shape {
        Shape::Either(shapes) => return shapes.iter().for_each(|shape| name(*shape, names)),
        Shape::OneOrMany(inner) => {
            name(*inner, names);
            "a list".to_owned()
        }
        Shape::Any => "anything".to_owned(),
        Shape::Bool => "`true` or `false`".to_owned(),
        Shape::Integer => "a whole number, not negative".to_owned(),
        Shape::Number => "a number".to_owned(),
        Shape::Text => "text".to_owned(),
        Shape::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Shape::Duration => "seconds, or text such as `30s`, `5m`, `24h`, `7d`".to_owned(),
        Shape::Secret => "a secret source".to_owned(),
        Shape::List(_) => "a list".to_owned(),
        Shape::Map(_) | Shape::Section(_) => "a map".to_owned(),
    };
    if !names.contains(&own) {
        names.push(own);
    }
}

fn attributes() -> String {
    let rows = Row::all().map(|row| {
        let path = row.placeholder.map_or_else(|| row.path.to_owned(), |rest| format!("{}.{rest}", row.path));
        let always = if row.is_closed { "always" } else { "" };
        let access = match row.access {
            Access::Every => "all".to_owned(),
            Access::With(capability) => format!("`{}`", capability.name()),
            Access::Policy => "none".to_owned(),
        };
        [format!("`{path}`"), row.kind.name().to_owned(), always.to_owned(), access, row.doc.to_owned()]
    });
    page::table(["attribute", "value", "has one", "plugins", "what it is"], rows)
}

fn stages() -> String {
    page::table(
        ["stage", "what it does"],
        STAGES.iter().map(|stage| [format!("`{}`", stage.form), stage.doc.to_owned()]),
    )
}

fn effects() -> String {
    let names = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    page::table(["effect", "what it does"], EFFECTS.iter().map(|effect| [names(effect.names), effect.doc.to_owned()]))
}

fn hooks() -> String {
    let rows = HookPoint::ALL.iter().map(|point| {
        let side = match point.side {
            HookSide::Pre => "before the operation",
            HookSide::Post => "after it",
        };
        let names = [&point.name].into_iter().chain(point.aliases).map(|name| format!("`{name}`"));
        [
            names.collect::<Vec<_>>().join(", "),
            side.to_owned(),
            point.entity.map(|kind| kind.name().to_owned()).unwrap_or_default(),
        ]
    });
    page::table(["hook", "runs", "on a"], rows)
}

fn capabilities() -> String {
    let rows = Capability::ALL.iter().map(|capability| {
        let implied = capability.implies().map(|implied| format!("`{}`", implied.name())).unwrap_or_default();
        [format!("`{}`", capability.name()), implied, capability.doc().to_owned()]
    });
    page::table(["capability", "brings", "what it opens"], rows)
}
