//! `docs/audit-record.schema.json` is made from the table of fields in `docs/audit.md`, and every record of the corpus is as it
//! says.
//!
//! A field that the table does not have fails here, and what the table says of a field is held by the tests of the sink.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cpex::sdk::config::PluginConfig;
use cpex::sdk::testing::{block_on, host, record};
use cpex::sdk::{Host, Instance};
use cpex_cli::case::TestFile;
use serde_json::{Map, Value as Json, json};

use super::page::{self, expect_fresh, read};
use super::validator;

/// A row of the table: where the field stands, what it is, what it says.
struct Row {
    path: Vec<String>,
    kind: String,
    doc: String,
}

/// Fields that are one of a few words.
const WORDS: &[(&str, &[&str])] = &[
    ("phase", &["pre", "post"]),
    ("caller.standing", &["verified", "vouched", "anonymous"]),
    ("decision", &["allow", "deny", "pending"]),
    ("controls[].effective", &["allow", "deny", "modify"]),
    ("changes[].kind", &["append", "modify"]),
    ("delegations[].subject", &["user", "client", "caller_workload", "this_workload"]),
];

/// Maps whose members are those of another format.
const OPEN: &[&str] = &["controls[].metadata", "restriction", "inputs"];

fn rows() -> Vec<Row> {
    let page = read("docs/audit.md");
    let rows = page.lines().skip_while(|line| *line != "| field | type | meaning |").skip(2);
    rows.take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').splitn(3, '|').map(str::trim).collect();
            let path = cells[0].trim_matches('`').split('.').map(str::to_owned).collect();
            Row { path, kind: cells[1].to_owned(), doc: cells[2].to_owned() }
        })
        .collect()
}

/// The schema of a line of `format: json`.
fn made() -> Json {
    let rows = rows();
    let place = ["stream", "sequence", "source"];
    let previous = json!({
        "description": "SHA-256 of the line before it, in a log with a chain",
        "anyOf": [{ "type": "string" }, { "type": "null" }],
    });
    let mut record = section(&rows, &[], "");
    record["properties"]["previous"] = previous.clone();
    let of_place = |more: Json| {
        let mut properties: Map<String, Json> =
            place.iter().map(|name| ((*name).to_owned(), record["properties"][name].clone())).collect();
        properties.insert("previous".to_owned(), previous.clone());
        let required: Vec<&str> =
            place.iter().copied().chain(more.as_object().unwrap().keys().map(|key| &**key)).collect();
        let required = json!(required);
        properties.extend(more.as_object().unwrap().clone());
        json!({ "type": "object", "properties": properties, "required": required })
    };
    let (text, number, flag) =
        (json!({ "type": "string" }), json!({ "type": "integer", "minimum": 0 }), json!({ "type": "boolean" }));
    let kinds = json!({ "enum": ["start", "continue", "resume", "interval", "rotate", "close"] });
    let torn = json!({ "anyOf": [{ "type": "string" }, { "type": "null" }] });
    let checkpoint = whole(&json!({
        "kind": kinds, "time_ms": number, "opens": flag, "others": number, "records": number, "dropped": number,
        "torn": torn, "key": text,
    }));
    let gap = whole(&json!({ "time_ms": number, "dropped": number }));
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of an audit log of CPEX",
        "description": "The line of `format: json`, which lines of the other formats hold as `data` or as `unmapped.cpex`. Later releases add members.",
        "anyOf": [{ "$ref": "#/$defs/record" }, { "$ref": "#/$defs/checkpoint" }, { "$ref": "#/$defs/gap" }],
        "$defs": {
            "record": record,
            "checkpoint": of_place(json!({ "checkpoint": checkpoint, "signature": text })),
            "gap": of_place(json!({ "gap": gap })),
        },
    });
    schema.sort_all_objects();
    schema
}

/// An object of these members, all of which are there.
fn whole(properties: &Json) -> Json {
    let required: Vec<&String> = properties.as_object().unwrap().keys().collect();
    let required = json!(required);
    json!({ "type": "object", "properties": properties, "required": required })
}

/// The schema of the map at a path.
fn section(rows: &[Row], at: &[String], shown: &str) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for row in rows.iter().filter(|row| row.path.len() == at.len() + 1 && is_below(&row.path, at)) {
        let name = row.path[at.len()].clone();
        let path = if shown.is_empty() { name.clone() } else { format!("{shown}.{name}") };
        let mut schema = field(rows, row, &path);
        schema["description"] = row.doc.as_str().into();
        if !row.doc.contains("left out") && !OPEN.iter().any(|open| path.starts_with(&format!("{open}."))) {
            required.push(name.clone());
        }
        properties.insert(name, schema);
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

fn is_below(path: &[String], at: &[String]) -> bool {
    path.iter().zip(at).all(|(own, above)| own.trim_end_matches("[]") == above.trim_end_matches("[]"))
}

fn field(rows: &[Row], row: &Row, path: &str) -> Json {
    let kind = row.kind.strip_suffix(" or null").unwrap_or(&row.kind);
    let words = WORDS.iter().find(|(name, _)| *name == path);
    let schema = match (kind, words) {
        (_, Some((_, words))) => json!({ "enum": words }),
        ("text", None) => json!({ "type": "string" }),
        ("number", None) => json!({ "type": "integer", "minimum": 0 }),
        ("list of text", None) => json!({ "type": "array", "items": { "type": "string" } }),
        ("list of maps", None) => json!({ "type": "array", "items": section(rows, &row.path, &format!("{path}[]")) }),
        ("map", None) if row.path.iter().any(|name| name == "metadata" || name == "inputs") => {
            json!({ "type": "object" })
        }
        ("map", None) => section(rows, &row.path, path),
        (other, None) => panic!("`{path}`: there is no type `{other}`"),
    };
    if kind == row.kind { schema } else { json!({ "anyOf": [schema, { "type": "null" }] }) }
}

/// The schema as it would be if nothing were ever added, which finds what the table does not have.
fn closed(schema: &Json, path: &str) -> Json {
    let mut schema = schema.clone();
    let Some(members) = schema.as_object_mut() else { return schema };
    if let Some(Json::Object(properties)) = members.get_mut("properties") {
        for (name, property) in properties.iter_mut() {
            *property = closed(property, &if path.is_empty() { name.clone() } else { format!("{path}.{name}") });
        }
        if !OPEN.contains(&path) {
            members.insert("additionalProperties".to_owned(), false.into());
        }
    }
    if let Some(items) = members.get_mut("items") {
        *items = closed(items, &format!("{path}[]"));
    }
    if let Some(Json::Array(schemas)) = members.get_mut("anyOf") {
        schemas.iter_mut().for_each(|schema| *schema = closed(schema, path));
    }
    schema
}

#[test]
fn the_schema_of_records_is_made_from_the_table_of_fields() {
    expect_fresh("docs/audit-record.schema.json", &format!("{:#}\n", made()));
}

#[test]
fn every_record_of_the_corpus_is_as_the_schema_says() {
    let schema = closed(&made()["$defs"]["record"], "");
    let mut files = Vec::new();
    collect(&page::top().join("tests/corpus"), &mut files);
    let mut checked = 0;
    for file in files {
        let ends = TestFile::read(&file).unwrap().run(None).unwrap();
        // Of a policy without a sink less is known.
        let records = ends.into_iter().flat_map(|end| end.records).filter(|record| record.get("version").is_some());
        for mut record in records {
            let place = [("stream", json!("0a")), ("sequence", json!(1)), ("source", Json::Null)];
            record.as_object_mut().unwrap().extend(place.map(|(name, value)| (name.to_owned(), value)));
            assert_eq!(validator::fault(&schema, &record), None, "{}: {record}", file.display());
            checked += 1;
        }
    }
    assert!(checked > 50, "only {checked} records were left");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.to_str().unwrap().ends_with(".test.yaml") {
            files.push(path);
        }
    }
}

#[test]
fn every_line_of_a_log_is_as_the_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    let config = json!({
        "destination": { "file": { "path": "log.jsonl" } },
        "chain": { "key": { "kind": "literal", "secret": "07".repeat(32) }, "checkpoint_every": 1 },
        "on_failure": "drop_counted",
    });
    let host = Host { directory: folder.path().to_owned(), ..host() };
    let declaration = PluginConfig { config, ..PluginConfig::new("log", "audit/logger") };
    let Ok(Instance::Sink(sink)) = cpex::builtin_factory("audit/logger").unwrap().build(&declaration, &host) else {
        panic!("expected a sink")
    };
    block_on(sink.initialize()).unwrap();
    block_on(sink.write(&record())).unwrap();
    block_on(Arc::clone(&sink).shutdown());
    let text = fs::read_to_string(folder.path().join("log.jsonl")).unwrap();
    let gap = r#"{"stream":"0a","sequence":1,"source":null,"gap":{"time_ms":1,"dropped":3}}"#;
    let lines: Vec<Json> = text.lines().chain([gap]).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 3);
    for line in &lines {
        let name = ["checkpoint", "gap"].into_iter().find(|name| line.get(name).is_some()).unwrap_or("record");
        assert_eq!(validator::fault(&closed(&made()["$defs"][name], ""), line), None, "{line}");
        assert_eq!(validator::fault(&made(), line), None, "{line}");
    }
    let mut added = lines[1].clone();
    added["another"] = json!(1);
    assert_eq!(validator::fault(&made(), &added), None, "later releases add members");
    added["decision"] = json!("maybe");
    assert!(validator::fault(&made(), &added).is_some());
}
