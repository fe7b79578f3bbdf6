//! `--format json`: `{"files": [{"file", "error"?, "cases": [{"name", "ok", "diff"?}]}], "coverage"?}`.

use serde_json::{Value as Json, json};

use super::coverage::Report;
use super::file_end::FileEnd;
use crate::case::CaseEnd;

pub(super) fn render(ends: &[FileEnd], report: Option<&Report>) -> String {
    let mut object = json!({ "files": ends.iter().map(file).collect::<Vec<_>>() });
    if let (Some(report), Some(members)) = (report, object.as_object_mut()) {
        members.insert("coverage".to_owned(), report.to_json());
    }
    object.to_string()
}

fn file(end: &FileEnd) -> Json {
    let mut file = json!({ "file": end.file, "cases": end.cases.iter().map(case).collect::<Vec<_>>() });
    if let (Some(error), Some(members)) = (&end.error, file.as_object_mut()) {
        members.insert("error".to_owned(), error.clone().into());
    }
    file
}

fn case(end: &CaseEnd) -> Json {
    if end.passed() {
        json!({ "name": end.name, "ok": true })
    } else {
        json!({ "name": end.name, "ok": false, "diff": end.diff.join("\n") })
    }
}
