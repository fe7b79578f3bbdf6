//! The keys a document may have. The unknown-key check, the schema and the documentation are made from these tables.

use cpex_sdk::config::{Key, Shape};

/// The keys of one sort of place.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// The place, as messages name it.
    pub place: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
    /// Keys that the language documents for this place and this version does not serve, with what to do instead.
    pub unsupported: &'static [(&'static str, &'static str)],
    /// Keys of earlier versions, with what to write instead.
    pub renamed: &'static [(&'static str, &'static str)],
}

/// Every table, outermost first.
pub const TABLES: &[Table] = &[
    Table {
        place: "at the top level",
        keys: DOCUMENT,
        unsupported: &[],
        renamed: &[("identity", "name the identity plugins under `authentication` of `global` or of each route")],
    },
    Table {
        place: "in `plugin_settings`",
        keys: SETTINGS,
        unsupported: &[],
        renamed: &[
            ("fail_on_plugin_error", "give each plugin its own `on_error`"),
            ("parallel_execution_within_band", "give the plugins `mode: concurrent`"),
            ("plugin_health_check_interval", "remove it: nothing is polled"),
            ("route_cache_max_entries", "remove it: routes are found without a cache"),
            ("enable_plugin_api", "remove it: plugins have no interface of their own"),
        ],
    },
    Table { place: "in `plugin_settings.limits`", keys: LIMITS, unsupported: &[], renamed: &[] },
    Table { place: "in `plugins[]`", keys: PLUGIN, unsupported: PEERS, renamed: &[] },
    Table {
        place: "in `routes[]`",
        keys: ROUTE,
        unsupported: &[],
        renamed: &[IDENTITY, ("when", "put it into `policy`, as `{when: .., do: ..}` around the steps it guards")],
    },
    Table { place: "in `http` of a route", keys: HTTP, unsupported: &[], renamed: &[] },
    Table {
        place: "in `meta`",
        keys: META,
        unsupported: &[],
        renamed: &[("scope", "narrow the route by `server`, beside its selector")],
    },
    Table {
        place: "in `global`",
        keys: GLOBAL,
        unsupported: &[],
        renamed: &[
            IDENTITY,
            (
                "policies",
                "put what `all` holds directly under `global`, and the others under `groups` at the top level",
            ),
        ],
    },
    Table { place: "in `global.pdp[]`", keys: ENGINE, unsupported: &[], renamed: &[] },
    Table { place: "in `global.session_store`", keys: SESSION_STORE, unsupported: &[], renamed: &[] },
    Table { place: "in an attribute file", keys: ATTRIBUTE_FILE, unsupported: &[], renamed: &[] },
    Table { place: "in `global.defaults`", keys: DEFAULTS, unsupported: &[], renamed: &[] },
    Table { place: "in the defaults of an entity", keys: LAYER, unsupported: &[], renamed: &[IDENTITY] },
    Table { place: "in a group", keys: GROUP, unsupported: &[], renamed: &[IDENTITY, METADATA] },
    Table { place: "in `plugins` of a layer", keys: OVERRIDE, unsupported: &[], renamed: &[] },
    Table { place: "in `authorization`", keys: AUTHORIZATION, unsupported: &[], renamed: &[] },
    Table { place: "in `authentication`", keys: AUTHENTICATION, unsupported: &[], renamed: &[] },
    Table { place: "in an entry of `authentication`", keys: AUTHENTICATOR, unsupported: &[], renamed: &[] },
    Table { place: "in `response`", keys: RESPONSE, unsupported: &[], renamed: &[] },
];

const IDENTITY: (&str, &str) = ("identity", "name the identity plugins under `authentication`");

const METADATA: (&str, &str) = ("metadata", "put what it says for people under `description`");

/// Where a plugin in another process is.
const PEERS: &[(&str, &str)] = &[("mcp", IN_THIS_PROCESS), ("grpc", IN_THIS_PROCESS), ("unix_socket", IN_THIS_PROCESS)];

const IN_THIS_PROCESS: &str = "register a factory of a kind of your own, and run the plugin in this process";

/// The top level. Keys that begin with `x-` are ignored besides: a home for YAML anchors.
pub const DOCUMENT: &[Key] = &[
    Key::optional(
        "include",
        Shape::List(&Shape::Text),
        "Files that are read as parts of the document, each relative to the file that names it.",
    ),
    Key::optional(
        "plugin_dirs",
        Shape::List(&Shape::Text),
        "Directories of plugins, for hosts that load plugins from files; any other host refuses it.",
    ),
    Key::optional("plugin_settings", Shape::Section(SETTINGS), "Settings of the runtime."),
    Key::optional("secrets", Shape::Map(&Shape::Secret), "Where secrets come from that are taken by name."),
    Key::optional("plugins", Shape::List(&Shape::Section(PLUGIN)), "The plugins that are declared."),
    Key::optional("global", Shape::Section(GLOBAL), "Policy of every operation."),
    Key::optional("groups", Shape::Map(&Shape::Section(GROUP)), "Bundles of policy that routes join by name."),
    Key::optional(
        "routes",
        Shape::List(&Shape::Section(ROUTE)),
        "The operations that are mediated, each with its policy.",
    ),
];

/// `plugin_settings`.
pub const SETTINGS: &[Key] = &[
    Key::optional(
        "plugin_timeout",
        Shape::Duration,
        "How long one call of a plugin may take; 30 seconds if not given.",
    ),
    Key::optional(
        "unmatched",
        Shape::Word(&["deny", "global"]),
        "What becomes of an operation that no route matches: denied, or left to the layers above routes.",
    ),
    Key::optional(
        "execution_pool",
        Shape::Integer,
        "How many plugins run in the background at once, and how many calls side by side; 256 of each if not given.",
    ),
    Key::optional(
        "max_payload_bytes",
        Shape::Integer,
        "How large the content of an operation may be, on either side, in bytes of JSON; not bounded if not given.",
    ),
    Key::optional("limits", Shape::Section(LIMITS), "Bounds on documents, programs and values."),
    Key::optional(
        "sessions",
        Shape::List(&Shape::Either(&[Shape::Word(SESSION_SOURCES), Shape::Section(SESSION_CLAIM)])),
        "Where session ids come from, `agent_session` alone if not given; the first source that yields one wins.",
    ),
    Key::optional("cost_tiers", Shape::List(&Shape::Text), "The names of cost tiers, the lowest first."),
    Key::optional("hash_key", Shape::Secret, "What the stage `hash` hashes under: 32 random bytes or more."),
    Key::optional(
        "audit_key",
        Shape::Secret,
        "What digests of arguments and results in audit records are made under: 32 random bytes or more.",
    ),
    Key::optional("routing_enabled", Shape::Bool, "Always `true`: operations are matched by their routes."),
    Key::optional("short_circuit_on_deny", Shape::Bool, "Always `true`: the first deny ends its phase."),
];

/// `plugin_settings.limits`.
pub const LIMITS: &[Key] = &[
    Key::optional("max_steps", Shape::Integer, "How many statements one phase of a policy may execute."),
    Key::optional("max_depth", Shape::Integer, "How deep a value of a payload may nest."),
    Key::optional("max_document_bytes", Shape::Integer, "How large this document may be, in bytes."),
];

/// An element of `plugins`.
pub const PLUGIN: &[Key] = &[
    Key::required("name", Shape::Text, "Its name, unique in the document."),
    Key::required("kind", Shape::Text, "What makes it."),
    Key::optional("version", Shape::Text, "Its version, for people."),
    Key::optional("description", Shape::Text, "What it is for, for people."),
    Key::optional("author", Shape::Text, "Who wrote it, for people."),
    Key::optional("tags", Shape::OneOrMany(&Shape::Text), "Free words, for people."),
    Key::optional("hooks", Shape::OneOrMany(&Shape::Text), "The hooks it runs on, or the payloads it accepts."),
    Key::optional("mode", Shape::Word(MODES), "How it runs and what it may do; `sequential` if not given."),
    Key::optional("on_error", Shape::Word(ON_ERROR), "What its error, timeout or panic means; `fail` if not given."),
    Key::optional("priority", Shape::Number, "Its place among plugins of one mode, lower first; 100 if not given."),
    Key::optional("capabilities", Shape::OneOrMany(&Shape::Text), "What it may read and write besides the payload."),
    Key::optional(
        "conditions",
        Shape::OneOrMany(&Shape::Section(CONDITION)),
        "The operations it runs on where it is hooked; any of these admits one.",
    ),
    Key::optional("timeout", Shape::Duration, "How long one call may take."),
    Key::optional("blocking", Shape::Bool, "Whether it may block its thread, so that it runs on one of its own."),
    Key::optional("max_content_size", Shape::Integer, "How large a payload it is handed, in bytes of JSON."),
    Key::optional("on_demand", Shape::Bool, "Whether it is there to be called by name only."),
    Key::optional("config", Shape::Any, "What its kind makes of it."),
];

/// An element of `conditions`. All lists that are given must match.
pub const CONDITION: &[Key] = &[
    Key::optional("server_ids", Shape::OneOrMany(&Shape::Text), "The server the operation goes to."),
    Key::optional("tenant_ids", Shape::OneOrMany(&Shape::Text), "The tenant of the caller or of the request."),
    Key::optional("tools", Shape::OneOrMany(&Shape::Text), "Names or patterns of tools."),
    Key::optional("prompts", Shape::OneOrMany(&Shape::Text), "Names or patterns of prompts."),
    Key::optional("resources", Shape::OneOrMany(&Shape::Text), "URIs or patterns of resources."),
    Key::optional("agents", Shape::OneOrMany(&Shape::Text), "Names or patterns of agents."),
    Key::optional("user_patterns", Shape::OneOrMany(&Shape::Text), "Identifiers or patterns of verified subjects."),
    Key::optional("content_types", Shape::OneOrMany(&Shape::Text), "Media types of what the payload holds."),
];

/// Modes, the spellings of CPEX 0.1 last.
pub const MODES: &[&str] = &[
    "sequential",
    "transform",
    "audit",
    "concurrent",
    "fire_and_forget",
    "disabled",
    "enforce",
    "permissive",
    "enforce_ignore_error",
];

const ON_ERROR: &[&str] = &["fail", "ignore", "disable"];

/// The keys of a layer, after those that only some sections have.
macro_rules! layer {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            Key::optional("authentication", AUTHENTICATION_SHAPE, "Who must be identified."),
            Key::optional("args", PIPELINES, "Pipelines over the arguments, by field."),
            Key::optional("policy", STEPS, "Steps before the operation."),
            Key::optional("pre_invocation", STEPS, "Another spelling of `policy`."),
            Key::optional("authorization", Shape::Section(AUTHORIZATION), "Another place of `policy` and `post_policy`."),
            Key::optional("result", PIPELINES, "Pipelines over the result, by field."),
            Key::optional("post_policy", STEPS, "Steps after the operation."),
            Key::optional("post_invocation", STEPS, "Another spelling of `post_policy`."),
            Key::optional("response", Shape::Section(RESPONSE), "What an HTTP host answers a denied caller."),
            Key::optional(
                "plugins",
                Shape::Map(&Shape::Section(OVERRIDE)),
                "Declared plugins by name, changed for the operations under it.",
            ),
        ]
    };
}

/// An element of `routes`.
pub const ROUTE: &[Key] = layer![
    Key::optional("tool", Shape::OneOrMany(&Shape::Text), "The tools it protects: names or patterns."),
    Key::optional("prompt", Shape::OneOrMany(&Shape::Text), "The prompts it protects: names or patterns."),
    Key::optional("resource", Shape::OneOrMany(&Shape::Text), "The resources it protects: URIs or patterns."),
    Key::optional("llm", Shape::OneOrMany(&Shape::Text), "The models it protects: names or patterns."),
    Key::optional(
        "agent",
        Shape::OneOrMany(&Shape::Text),
        "The agents it protects, `agent` for every method or `agent/method`: names or patterns.",
    ),
    Key::optional(
        "http",
        Shape::Either(&[Shape::OneOrMany(&Shape::Text), Shape::Section(HTTP)]),
        "The HTTP requests it protects: decoded paths or patterns, or a map of paths and methods.",
    ),
    Key::optional("server", Shape::Text, "Only on this MCP server."),
    DESCRIPTION,
    Key::optional("groups", Shape::OneOrMany(&Shape::Text), "The groups it joins, in order."),
    Key::optional("meta", Shape::Section(META), "What is known of the operations it protects."),
];

/// `http` of a route, where it is a map.
pub const HTTP: &[Key] = &[
    Key::optional("path", Shape::OneOrMany(&Shape::Text), "The paths: decoded, or patterns."),
    Key::optional("path_prefix", Shape::OneOrMany(&Shape::Text), "Instead: paths, each with all that is below it."),
    Key::optional(
        "method",
        Shape::OneOrMany(&Shape::Text),
        "The methods, as they are sent; every method if not given.",
    ),
];

/// `meta` of a route.
pub const META: &[Key] =
    &[Key::optional("tags", Shape::OneOrMany(&Shape::Text), "Free words; one that is the name of a group joins it.")];

/// `global`.
pub const GLOBAL: &[Key] = layer![
    DESCRIPTION,
    Key::optional(
        "pdp",
        Shape::List(&Shape::Map(&Shape::Any)),
        "The decision engines that steps may ask, each a `kind` and its config."
    ),
    Key::optional("apl", Shape::Map(&Shape::Any), "What CPEX 0.2 had here: read as if it stood in `global` itself."),
    Key::optional("defaults", Shape::Section(DEFAULTS), "Policy of every operation on one kind of entity."),
    Key::optional(
        "attribute_files",
        Shape::OneOrMany(&Shape::Text),
        "Files of facts that policy reads as `data.*`, relative to the document.",
    ),
    Key::optional(
        "session_store",
        Shape::Map(&Shape::Any),
        "Where session labels are kept; in this process if not given."
    ),
];

/// An attribute file.
pub const ATTRIBUTE_FILE: &[Key] = &[Key::required(
    "data",
    Shape::Map(&Shape::Any),
    "The facts: literal values, in maps and lists as deep as need be.",
)];

/// An element of `global.pdp`, beside its config.
pub const ENGINE: &[Key] = &[Key::required("kind", Shape::Text, "What makes it; its config stands beside it.")];

/// `global.session_store` of kind `memory`. One of another kind has `kind` and the keys of its factory.
pub const SESSION_STORE: &[Key] = &[
    Key::required("kind", Shape::Text, "What keeps them: `memory`, or a kind with a config of its own beside it."),
    Key::optional(
        "max_sessions",
        Shape::Integer,
        "How many sessions it holds; 100,000 if not given. Beyond, a new one is refused.",
    ),
    Key::optional(
        "ttl_seconds",
        Shape::Integer,
        "How long a session is kept after its last label was added; a day if not given.",
    ),
    Key::optional(
        "max_session_lifetime_seconds",
        Shape::Integer,
        "How long a session lives at most; a store that keeps labels for a shorter time is warned about.",
    ),
];

/// `global.defaults`.
pub const DEFAULTS: &[Key] = &[
    Key::optional("tool", Shape::Section(LAYER), "Policy of every call of a tool."),
    Key::optional("prompt", Shape::Section(LAYER), "Policy of every prompt."),
    Key::optional("resource", Shape::Section(LAYER), "Policy of every resource."),
    Key::optional("llm", Shape::Section(LAYER), "Policy of every request to a model."),
    Key::optional("agent", Shape::Section(LAYER), "Policy of every call of another agent."),
    Key::optional("http", Shape::Section(LAYER), "Policy of every HTTP request that is itself decided."),
];

/// An element of `groups`.
pub const GROUP: &[Key] = layer![DESCRIPTION];

/// A section with the keys of a layer and no other.
pub const LAYER: &[Key] = layer![];

/// A plugin under `plugins` of a layer.
pub const OVERRIDE: &[Key] = &[
    Key::optional("config", Shape::Any, "What its kind makes of it, instead of the declared config."),
    Key::optional("on_error", Shape::Word(ON_ERROR), "What its error, timeout or panic means."),
    Key::optional("capabilities", Shape::OneOrMany(&Shape::Text), "What of the declared capabilities it keeps."),
];

/// `authorization`.
pub const AUTHORIZATION: &[Key] = &[
    Key::optional("pre_invocation", STEPS, "Another spelling of `policy`."),
    Key::optional("post_invocation", STEPS, "Another spelling of `post_policy`."),
];

/// `authentication`, where it is a map.
pub const AUTHENTICATION: &[Key] = &[
    Key::required("use", Shape::OneOrMany(&AUTHENTICATOR_SHAPE), "The authenticators."),
    Key::optional("replace_inherited", Shape::Bool, "Whether those of the layers before are dropped."),
];

/// An entry of `authentication`, where it is a map.
pub const AUTHENTICATOR: &[Key] = &[
    Key::required("name", Shape::Text, "The identity plugin, or `host`."),
    Key::optional("optional", Shape::Bool, "Whether an operation may go on without a credential of its kind."),
];

/// `response`.
pub const RESPONSE: &[Key] = &[
    Key::optional("status", Shape::Integer, "HTTP status."),
    Key::optional("body", Shape::Text, "The body."),
    Key::optional("headers", Shape::Map(&Shape::Text), "Headers, each a literal text."),
];

/// The sources of session ids that are a word.
pub const SESSION_SOURCES: &[&str] = &["agent_session", "client_and_subject", "workload"];

const SESSION_CLAIM: &[Key] = &[Key::required(
    "claim",
    Shape::Text,
    "The verified claim that holds the session id, text or a whole number, by the names that lead to it, joined by dots.",
)];

const DESCRIPTION: Key = Key::optional("description", Shape::Text, "What it is for, for people.");
const STEPS: Shape = Shape::List(&Shape::Any);
const PIPELINES: Shape = Shape::Map(&Shape::Text);
const AUTHENTICATOR_SHAPE: Shape = Shape::Either(&[Shape::Text, Shape::Section(AUTHENTICATOR)]);
const AUTHENTICATION_SHAPE: Shape =
    Shape::Either(&[Shape::Section(AUTHENTICATION), Shape::OneOrMany(&AUTHENTICATOR_SHAPE)]);

/// The spellings of the two phases of steps, each as the keys that lead to it. Each group is one phase.
pub const PHASES: &[&[&[&str]]] = &[
    &[&["policy"], &["pre_invocation"], &["authorization", "pre_invocation"]],
    &[&["post_policy"], &["post_invocation"], &["authorization", "post_invocation"]],
];
