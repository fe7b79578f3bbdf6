//! The config of an `elicitation/ciba`: its keys, and what they mean.

use std::sync::Arc;
use std::time::Duration;

use apl_cmf::Secret;
use cpex_sdk::config::{ConfigFault, ConfigNode, Key, Shape, check, seconds};
use cpex_sdk::elicitation::ElicitationError;
use cpex_sdk::http::HttpClient;
use cpex_sdk::oauth::{self, Endpoint, is_scope};
use cpex_sdk::{Host, peer};
use serde_json::{Map, Value as Json};

/// What a config may say.
pub(super) const KEYS: &[Key] = &[
    Key::required("backchannel_endpoint", Shape::Text, "Where people are asked (CIBA Core 1.0, section 7)."),
    Key::required("token_endpoint", Shape::Text, "Where their answers are polled (CIBA Core 1.0, section 10.1)."),
    oauth::CLIENT_ID,
    oauth::CLIENT_SECRET,
    Key::optional(
        "issuer",
        Shape::Text,
        "The provider, as its ID tokens call it; tokens of another are refused. Any is accepted by default.",
    ),
    Key::optional(
        "caller_issuers",
        Shape::List(&Shape::Text),
        "The issuers whose callers may name people of this provider; `issuer` alone by default, any where there is none.",
    ),
    Key::optional("scope", Shape::Text, "The scopes that are asked for, `openid` among them; that alone by default."),
    Key::optional(
        "login_hint_format",
        Shape::Word(&["text", ISS_SUB]),
        "How the provider is told whom to ask: `text` (default), the approver alone; `iss_sub`, `issuer` and the approver as \
         a subject identifier (RFC 9493, section 3.2.4).",
    ),
    Key::optional(
        "approver_claim",
        Shape::Text,
        "The claim of the ID token that says who answered, as the policy names approvers; `sub` by default.",
    ),
    Key::optional(
        "binding_message_length",
        Shape::Integer,
        "How many characters the person is shown of the purpose at most, from 1 to 256; 50 by default.",
    ),
    Key::optional(
        "default_requested_expiry_seconds",
        Shape::Integer,
        "How long the provider is asked to wait, in seconds, where the step would wait longer; from 1 to 604800.",
    ),
    Key::optional(
        "http_timeout_seconds",
        Shape::Integer,
        "How long an endpoint may take, in seconds; from 1 to 60, 5 by default.",
    ),
    peer::INSECURE_HTTP,
    peer::ALLOW_PRIVATE,
    peer::CA_FILE,
    peer::CLIENT_CERTIFICATE_FILE,
    peer::CLIENT_KEY,
];

/// The format of hints that name the issuer too.
const ISS_SUB: &str = "iss_sub";

const MAX_EXPIRY: u64 = 7 * 24 * 3600;

/// What a config means.
pub(super) struct Settings {
    pub(super) backchannel: Endpoint,
    pub(super) token: Endpoint,
    pub(super) authorization: Secret,
    pub(super) client_id: String,
    pub(super) issuer: Option<String>,
    /// Whose callers may name people of this provider; anybody's where there is none.
    pub(super) caller_issuers: Option<Vec<String>>,
    pub(super) scope: String,
    /// The issuer that hints name beside the approver; none where they are the approver alone.
    pub(super) hint_issuer: Option<String>,
    pub(super) approver_claim: String,
    pub(super) binding_message_length: usize,
    /// The longest that the provider is asked to wait; none where the step alone says how long.
    pub(super) expiry: Option<Duration>,
    /// How long one request may take.
    pub(super) timeout: Duration,
}

/// The two endpoints of a provider.
struct Endpoints {
    backchannel: Endpoint,
    token: Endpoint,
}

impl Settings {
    /// Reads a config and the secret it names.
    pub(super) fn read(config: &Json, host: &Host) -> Result<Self, Vec<ConfigFault>> {
        let empty = Json::Object(Map::new());
        let root = ConfigNode::root(if config.is_null() { &empty } else { config });
        let mut faults = check(&root, KEYS);
        let timeout = seconds(&root, "http_timeout_seconds", 1..=60, 5, &mut faults);
        let authorization = oauth::authorization(&root, host, &mut faults);
        let endpoints = endpoints(&root, timeout, host, &mut faults);
        let expiry = root.get("default_requested_expiry_seconds");
        let expiry = expiry.map(|_| seconds(&root, "default_requested_expiry_seconds", 1..=MAX_EXPIRY, 1, &mut faults));
        let scope = scope(&root, &mut faults);
        let hint_issuer = hint_issuer(&root, &mut faults);
        let approver_claim = text(&root, "approver_claim", &mut faults).unwrap_or_else(|| "sub".to_owned());
        let issuer = text(&root, "issuer", &mut faults);
        let caller_issuers = root.get("caller_issuers").map(|issuers| texts(&issuers, &mut faults));
        let caller_issuers = caller_issuers.or_else(|| issuer.clone().map(|issuer| vec![issuer]));
        let binding_message_length = length(&root, &mut faults);
        let client_id = root.get(oauth::CLIENT_ID.name).and_then(|id| id.text()).map(str::to_owned);
        match (endpoints, authorization, client_id) {
            (Some(Endpoints { backchannel, token }), Some(authorization), Some(client_id)) if faults.is_empty() => {
                Ok(Self {
                    backchannel,
                    token,
                    authorization,
                    client_id,
                    issuer,
                    caller_issuers,
                    scope,
                    hint_issuer,
                    approver_claim,
                    binding_message_length,
                    expiry,
                    timeout,
                })
            }
            _ => Err(faults),
        }
    }

    /// Whether callers of that issuer may name people of this provider: what is called alike may be somebody else.
    pub(super) fn admit(&self, issuer: Option<&str>) -> Result<(), ElicitationError> {
        let (Some(issuer), Some(admitted)) = (issuer, &self.caller_issuers) else { return Ok(()) };
        if admitted.iter().any(|admitted| admitted == issuer) {
            return Ok(());
        }
        Err(ElicitationError(format!("callers of `{issuer}` name nobody here unless `caller_issuers` lists it")))
    }
}

/// None where something is wrong, which is then among the faults.
fn endpoints(
    root: &ConfigNode<'_>,
    timeout: Duration,
    host: &Host,
    faults: &mut Vec<ConfigFault>,
) -> Option<Endpoints> {
    let url = root.get("backchannel_endpoint")?;
    let client: Arc<dyn HttpClient> = peer::client(root, &url, host, faults)?;
    let backchannel = Endpoint::new(url.text()?, Arc::clone(&client), timeout);
    let url = root.get("token_endpoint")?;
    if let Err(error) = client.check(url.text()?) {
        faults.push(url.fault(error.text));
        return None;
    }
    Some(Endpoints { backchannel, token: Endpoint::new(url.text()?, client, timeout) })
}

fn scope(root: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> String {
    let Some(node) = root.get("scope") else { return "openid".to_owned() };
    let text = node.text().unwrap_or("openid");
    if !text.split(' ').all(is_scope) {
        faults.push(node.fault(format!("`{text}` is no list of scopes")).help("part them by one space each"));
    } else if !text.split(' ').any(|scope| scope == "openid") {
        let help = "add `openid`: without it there is no ID token to say who answered";
        faults.push(node.fault("`openid` is not among the scopes").help(help));
    }
    text.to_owned()
}

fn hint_issuer(root: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Option<String> {
    let format = root.get("login_hint_format").filter(|format| format.text() == Some(ISS_SUB))?;
    let issuer = root.get("issuer");
    if issuer.is_none() {
        faults.push(format.fault("`iss_sub` names an issuer, and there is none").help("add `issuer`"));
    }
    issuer?.text().map(str::to_owned)
}

fn text(root: &ConfigNode<'_>, key: &str, faults: &mut Vec<ConfigFault>) -> Option<String> {
    let node = root.get(key)?;
    if node.text() == Some("") {
        faults.push(node.fault("the text is empty"));
    }
    node.text().map(str::to_owned)
}

fn texts(list: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> Vec<String> {
    let items = list.items();
    if list.value.is_array() && items.is_empty() {
        faults.push(list.fault("nobody could name an approver").help("leave it out, or list an issuer"));
    }
    items.iter().filter_map(|item| item.text()).map(str::to_owned).collect()
}

fn length(root: &ConfigNode<'_>, faults: &mut Vec<ConfigFault>) -> usize {
    let Some(node) = root.get("binding_message_length") else { return 50 };
    let length = node.value.as_u64().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
    if node.value.is_u64() && !(1..=256).contains(&length) {
        faults.push(node.fault("expected from 1 to 256 characters"));
    }
    length
}

#[cfg(test)]
mod tests;
