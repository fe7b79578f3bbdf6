//! The stable codes of denials: each defined once, with its text and its answer over HTTP and JSON-RPC.

/// One code of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The dotted name, stable across releases.
    pub name: &'static str,
    /// What the caller reads where policy gives no reason of its own.
    pub text: &'static str,
    /// HTTP status (RFC 9110).
    pub http_status: u16,
    /// JSON-RPC error code.
    pub json_rpc: i32,
    /// What it means, for the documentation.
    pub doc: &'static str,
}

/// The row of a code; none where the name is not of the table.
#[must_use]
pub fn find(name: &str) -> Option<&'static Code> {
    ALL.iter().find(|code| code.name == name)
}

/// Whether policy should leave a code alone because its first word is one of the runtime's.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    let first = name.split('.').next().unwrap_or_default();
    ALL.iter().any(|code| code.name.split('.').next() == Some(first))
}

/// HTTP status of a code of the table, 403 for one that policy or a plugin gave.
#[must_use]
pub fn http_status(name: &str) -> u16 {
    find(name).map_or(403, |code| code.http_status)
}

/// JSON-RPC error code of a code of the table, -32000 for one that policy or a plugin gave.
#[must_use]
pub fn json_rpc(name: &str) -> i32 {
    find(name).map_or(-32000, |code| code.json_rpc)
}

macro_rules! codes {
    ($($constant:ident $name:literal $status:literal $rpc:literal $text:literal $doc:literal;)+) => {
        $(#[doc = $doc] pub const $constant: &str = $name;)+

        /// Every code, in the order of the documentation.
        pub const ALL: &[Code] = &[
            $(Code { name: $name, text: $text, http_status: $status, json_rpc: $rpc, doc: $doc }),+
        ];
    };
}

codes! {
    POLICY_DENIED "policy.denied" 403 -32000 "denied by policy" "A step of the policy denied.";
    POLICY_REQUIRE_FAILED "policy.require_failed" 403 -32000 "a requirement of the policy is not met" "A `require` does not hold.";
    POLICY_TYPE_ERROR "policy.type_error" 403 -32000 "the policy cannot decide on a value of this type" "A predicate met a value of the wrong type.";
    POLICY_LIMIT "policy.limit" 403 -32000 "the policy ran into its limit" "A phase executed more steps than `limits.max_steps` allows.";
    POLICY_PROTOCOL "policy.protocol" 403 -32000 "the policy could not be carried out" "An effect was answered by a reply that does not fit it.";
    ARGS_INVALID "args.invalid" 403 -32000 "an argument is not of the expected form" "An argument fails a field pipeline.";
    ARGS_SCAN "args.scan" 403 -32000 "an argument contains what may not be sent" "A scanning stage written with `(deny)` matched an argument.";
    RESULT_INVALID "result.invalid" 403 -32000 "the result is not of the expected form" "The result fails a field pipeline.";
    RESULT_SCAN "result.scan" 403 -32000 "the result contains what may not be shown" "A scanning stage written with `(deny)` matched the result.";
    RESULT_UNREADABLE "result.unreadable" 403 -32000 "the result cannot be read and is withheld" "A pipeline could transform the result, but the result is not of a form it can treat.";
    RESTRICT_UNRESOLVED "restrict.unresolved" 403 -32000 "a restriction cannot be resolved" "A `deny_models` reference has no value.";
    PDP_DENIED "pdp.denied" 403 -32000 "denied by a decision engine" "A policy decision point denied.";
    PDP_ERROR "pdp.error" 403 -32000 "a decision engine cannot decide" "A policy decision point failed, timed out or was asked with an absent value.";
    PLUGIN_DENIED "plugin.denied" 403 -32000 "denied by a control" "A plugin denied.";
    PLUGIN_DISABLED "plugin.disabled" 403 -32000 "a control is disabled" "A plugin that policy names was disabled by its own failure.";
    PLUGIN_ERROR "plugin.error" 403 -32000 "a control failed" "A plugin answered with an error.";
    PLUGIN_TIMEOUT "plugin.timeout" 403 -32000 "a control took too long" "A plugin overran its timeout.";
    PLUGIN_PANIC "plugin.panic" 403 -32000 "a control failed" "A plugin panicked.";
    HOOK_UNKNOWN "hook.unknown" 400 -32000 "no such hook" "A host invoked a hook that nothing declares.";
    PAYLOAD_INVALID "payload.invalid" 400 -32000 "the payload does not fit the hook" "A payload is not of the form its hook asks for.";
    AUTH_MISSING "auth.missing" 401 -32000 "authentication is required" "No credential was found and not every authenticator is optional.";
    AUTH_EMPTY "auth.empty" 401 -32000 "the credential is empty" "The place of the credential is there and holds nothing.";
    AUTH_MALFORMED "auth.malformed" 401 -32000 "the credential is malformed" "The credential cannot be parsed.";
    AUTH_INVALID "auth.invalid" 401 -32000 "the credential is not accepted" "The credential is well formed and not acceptable.";
    AUTH_ISSUER "auth.issuer" 401 -32000 "the issuer is not trusted" "No trusted issuer has the token's `iss`.";
    AUTH_SIGNATURE "auth.signature" 401 -32000 "the signature is not valid" "The signature does not verify under any key of the issuer.";
    AUTH_EXPIRED "auth.expired" 401 -32000 "the credential has expired" "The token's `exp` has passed.";
    AUTH_NOT_YET_VALID "auth.not_yet_valid" 401 -32000 "the credential is not valid yet" "The token's `nbf` or `iat` lies in the future.";
    AUTH_AUDIENCE "auth.audience" 401 -32000 "the credential is meant for somebody else" "The token's `aud` is absent or names nobody here.";
    AUTH_AMBIGUOUS "auth.ambiguous" 401 -32000 "more than one credential was sent" "One place holds two credentials, or two credentials state one principal.";
    AUTH_UNAVAILABLE "auth.unavailable" 503 -32000 "the credential cannot be checked now" "The keys of the issuer cannot be had.";
    DELEGATION_FAILED "delegation.failed" 403 -32000 "no credential for the backend could be had" "Minting a downstream credential failed.";
    DELEGATION_SCOPE "delegation.scope" 403 -32000 "the credential for the backend is too narrow" "A minted credential does not carry what was required.";
    DELEGATION_EGRESS_DENIED "delegation.egress_denied" 403 -32000 "the credential may not go there" "A minted credential is not meant for the backend it would be sent to.";
    ELICITATION_PENDING "elicitation.pending" 403 -32120 "waiting for an approval" "A human has been asked and has not answered yet.";
    ELICITATION_UNRESOLVED "elicitation.unresolved" 403 -32000 "nobody can be asked for approval" "`from` does not resolve to an approver.";
    ELICITATION_FAILED "elicitation.failed" 403 -32000 "the approval could not be asked for" "The approval channel failed.";
    ELICITATION_EXPIRED "elicitation.expired" 403 -32000 "the approval has expired" "Nobody answered in time.";
    ELICITATION_DENIED "elicitation.denied" 403 -32000 "the approval was refused" "The approver said no.";
    ELICITATION_INVALID "elicitation.invalid" 403 -32000 "the approval is not valid" "The answer is forged, of another operation or of another person.";
    ELICITATION_SCOPE "elicitation.scope" 403 -32000 "the approval does not cover this call" "The live arguments are not those that were approved.";
    ELICITATION_REPLAYED "elicitation.replayed" 403 -32000 "the approval was already used" "An approval is good for one operation.";
    SESSION_LOAD_FAILED "session.load_failed" 503 -32000 "the session cannot be read now" "Loading the session's labels failed.";
    SESSION_PERSIST_FAILED "session.persist_failed" 503 -32000 "the session cannot be written now" "Storing the session's labels failed.";
    SESSION_UNBOUND "session.unbound" 403 -32000 "the operation belongs to no session" "The policy reads or writes session labels and the operation has no session key.";
    REQUEST_UNIDENTIFIED "request.unidentified" 400 -32000 "the operation names nothing it is about" "The operation should name an entity and does not.";
    REQUEST_MALFORMED "request.malformed" 400 -32000 "the request is malformed" "The request cannot be read the way the backend would read it.";
    REQUEST_TOO_LARGE "request.too_large" 413 -32000 "the request is too large" "A size or depth limit was passed.";
    ROUTE_UNMATCHED "route.unmatched" 403 -32000 "no route admits this operation" "The document has routes and none matches.";
    AUDIT_FAILED "audit.failed" 503 -32000 "the operation cannot be recorded now" "The record could not be written, so the operation does not happen.";
    OPERATION_ABANDONED "operation.abandoned" 403 -32000 "the operation was abandoned" "A permit was dropped without its result.";
    ENGINE_SHUTDOWN "engine.shutdown" 503 -32000 "the service is shutting down" "The engine accepts no operation any more, or none yet.";
}
