//! The place of a credential: `header`, or `credential` with the kind of the place.

use apl_cmf::is_http_token;
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape};

use crate::place::Place;

/// What may be said under `credential`.
pub(crate) const KEYS: &[Key] = &[
    Key::required(
        "kind",
        Shape::Word(&["header", "cookie", "query_param"]),
        "Where it is: `header`, `cookie` or `query_param`.",
    ),
    Key::required("name", Shape::Text, "The name of the header, the cookie or the parameter of the query."),
];

/// The place that is said, else that header.
pub(crate) fn place(root: &ConfigNode<'_>, otherwise: &str, faults: &mut Vec<ConfigFault>) -> Place {
    let header = root.get("header");
    let Some(credential) = root.get("credential") else {
        return Place::header(header.and_then(|header| name(&header, faults)).unwrap_or(otherwise));
    };
    if let Some(header) = header {
        let fault = header.fault("`header` and `credential` both say where the token is");
        faults.push(fault.help("leave one of them out"));
    }
    let kind = credential.get("kind");
    let named = credential.get("name");
    let name = match kind.as_ref().and_then(|kind| kind.text()) {
        Some("query_param") => named.and_then(|named| filled(&named, faults)),
        _ => named.and_then(|named| name(&named, faults)),
    };
    let name = name.unwrap_or_default();
    match kind.and_then(|kind| kind.text()) {
        Some("query_param") => Place::Parameter { name: name.to_owned() },
        Some("cookie") => Place::Cookie { name: name.to_owned() },
        _ => Place::header(name),
    }
}

/// The name of a header or a cookie, which is a token of HTTP (RFC 9110, section 5.6.2).
fn name<'c>(named: &ConfigNode<'c>, faults: &mut Vec<ConfigFault>) -> Option<&'c str> {
    let name = named.text()?;
    if !is_http_token(name) {
        faults.push(named.fault(format!("`{name}` is not the name of a header or cookie")));
    }
    Some(name)
}

/// The name of a parameter, which is any text.
fn filled<'c>(named: &ConfigNode<'c>, faults: &mut Vec<ConfigFault>) -> Option<&'c str> {
    let name = named.text()?;
    if name.is_empty() {
        faults.push(named.fault("the name of the parameter is empty"));
    }
    Some(name)
}
