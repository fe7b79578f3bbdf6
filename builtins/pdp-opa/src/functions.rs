//! Which functions a policy may call.
//!
//! The list is closed. What reaches the network, reads a clock or throws dice would decide differently from one ask to the
//! next, and what can ask for any amount of memory in one call would end the process instead of the ask.

use crate::nearest::nearest;

/// The functions that are there, with the number of their arguments.
pub(crate) const OFFERED: &[(&str, usize)] = &[
    ("abs", 1),
    ("array.concat", 2),
    ("array.reverse", 1),
    ("array.slice", 3),
    ("bits.and", 2),
    ("bits.negate", 1),
    ("bits.or", 2),
    ("bits.rsh", 2),
    ("bits.xor", 2),
    ("ceil", 1),
    ("concat", 2),
    ("contains", 2),
    ("count", 1),
    ("endswith", 2),
    ("floor", 1),
    ("format_int", 2),
    ("glob.match", 3),
    ("glob.quote_meta", 1),
    ("indexof", 2),
    ("indexof_n", 2),
    ("intersection", 1),
    ("is_array", 1),
    ("is_boolean", 1),
    ("is_null", 1),
    ("is_number", 1),
    ("is_object", 1),
    ("is_set", 1),
    ("is_string", 1),
    ("json.filter", 2),
    ("json.is_valid", 1),
    ("json.marshal", 1),
    ("json.marshal_with_options", 2),
    ("json.remove", 2),
    ("json.unmarshal", 1),
    ("lower", 1),
    ("max", 1),
    ("min", 1),
    ("object.filter", 2),
    ("object.get", 3),
    ("object.keys", 1),
    ("object.remove", 2),
    ("object.subset", 2),
    ("object.union", 2),
    ("object.union_n", 1),
    ("product", 1),
    ("regex.find_all_string_submatch_n", 3),
    ("regex.find_n", 3),
    ("regex.is_valid", 1),
    ("regex.match", 2),
    ("regex.replace", 3),
    ("regex.split", 2),
    ("regex.template_match", 4),
    ("replace", 3),
    ("round", 1),
    ("semver.compare", 2),
    ("semver.is_valid", 1),
    ("sort", 1),
    ("split", 2),
    ("sprintf", 2),
    ("startswith", 2),
    ("strings.any_prefix_match", 2),
    ("strings.any_suffix_match", 2),
    ("strings.count", 2),
    ("strings.replace_n", 2),
    ("strings.reverse", 1),
    ("substring", 3),
    ("sum", 1),
    ("time.add_date", 4),
    ("time.clock", 1),
    ("time.date", 1),
    ("time.diff", 2),
    ("time.format", 1),
    ("time.parse_duration_ns", 1),
    ("time.parse_ns", 2),
    ("time.parse_rfc3339_ns", 1),
    ("time.weekday", 1),
    ("to_number", 1),
    ("trim", 2),
    ("trim_left", 2),
    ("trim_prefix", 2),
    ("trim_right", 2),
    ("trim_space", 1),
    ("trim_suffix", 2),
    ("type_name", 1),
    ("union", 1),
    ("upper", 1),
    ("walk", 1),
];

const NETWORK: &str = "reaches the network, and a decision must not depend on it";
const RANDOM: &str = "is random, and the same question must get the same answer";
const CLOCK: &str = "reads a clock; read `input.request.time`, in seconds";
const PROCESS: &str = "reads the environment of the process, which no decision may depend on";
const MEMORY: &str = "may take any amount of memory in one call";
const WRITES: &str = "would write what is in the request";
const TOKENS: &str = "would judge tokens here; identity plugins verify them, and their claims are `input.claim.<name>`";
const ABSENT: &str = "is not there";

/// Functions of OPA that are not there and why, by their name or, with a dot at its end, the beginning of it.
const REFUSED: &[(&str, &str)] = &[
    ("http.send", NETWORK),
    ("net.lookup_ip_addr", NETWORK),
    ("rand.", RANDOM),
    ("uuid.rfc4122", RANDOM),
    ("time.now_ns", CLOCK),
    ("opa.runtime", PROCESS),
    ("rego.", PROCESS),
    ("bits.lsh", MEMORY),
    ("numbers.range", MEMORY),
    ("numbers.range_step", MEMORY),
    ("strings.render_template", MEMORY),
    ("units.parse", MEMORY),
    ("units.parse_bytes", MEMORY),
    ("print", WRITES),
    ("trace", WRITES),
    ("io.jwt.", TOKENS),
    ("base64.", ABSENT),
    ("base64url.", ABSENT),
    ("crypto.", ABSENT),
    ("graph.", MEMORY),
    ("graphql.", ABSENT),
    ("hex.", ABSENT),
    ("json.", ABSENT),
    ("net.", ABSENT),
    ("providers.", ABSENT),
    ("regex.", ABSENT),
    ("urlquery.", ABSENT),
    ("uuid.", ABSENT),
    ("yaml.", ABSENT),
];

/// The number of arguments of a function that is there.
pub(crate) fn arity(name: &str) -> Option<usize> {
    OFFERED.iter().find(|(known, _)| *known == name).map(|(_, arity)| *arity)
}

/// What is wrong with a call of a function that is not there, and what to do. `own` are the functions of the policy itself.
pub(crate) fn refuse<'n>(name: &'n str, own: impl IntoIterator<Item = &'n str>) -> (String, Option<String>) {
    let near = nearest(name, OFFERED.iter().map(|(known, _)| *known).chain(own));
    let help = near.map(|near| format!("did you mean `{near}`?"));
    let is_named = |part: &str| name == part || (part.ends_with('.') && name.starts_with(part));
    match REFUSED.iter().find(|(part, _)| is_named(part)) {
        Some((_, why)) => (format!("the function `{name}` {why}"), help.filter(|_| *why == ABSENT)),
        None => (format!("there is no function `{name}`"), help),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    #[test]
    fn every_function_of_the_list_is_one_of_the_engine() {
        for (name, arity) in OFFERED {
            let arguments = vec!["1"; *arity].join(", ");
            let mut engine = regorus::Engine::new();
            engine.add_policy("t".to_owned(), format!("package t\nallow := {name}({arguments})")).unwrap();
            let said = engine.eval_rule("data.t.allow".to_owned()).map_err(|error| error.to_string());
            // Most do not take numbers, and say so.
            assert!(
                !matches!(&said, Err(said) if said.contains("could not find") || said.contains("expects 1")),
                "{said:?}"
            );
        }
    }

    #[test]
    fn what_a_decision_must_not_depend_on_is_refused_with_the_reason() {
        for (name, why) in [
            ("http.send", NETWORK),
            ("rand.intn", RANDOM),
            ("uuid.rfc4122", RANDOM),
            ("time.now_ns", CLOCK),
            ("opa.runtime", PROCESS),
            ("numbers.range_step", MEMORY),
            ("units.parse_bytes", MEMORY),
            ("print", WRITES),
            ("io.jwt.decode", TOKENS),
        ] {
            assert_eq!(arity(name), None, "{name}");
            assert_eq!(refuse(name, []), (format!("the function `{name}` {why}"), None));
        }
    }

    #[test]
    fn a_misspelt_name_is_answered_with_the_nearest() {
        let (text, help) = refuse("startwith", []);
        assert_eq!(text, "there is no function `startwith`");
        assert_eq!(help.as_deref(), Some("did you mean `startswith`?"));
        assert_eq!(refuse("is_manger", ["is_manager"]).1.as_deref(), Some("did you mean `is_manager`?"));
        assert_eq!(refuse("printer", []).0, "there is no function `printer`");
    }
}
