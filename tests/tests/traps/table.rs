//! Which tests hold which trap.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A trap by its number, the behaviour that is right, and tests beside those whose name begins with `trap_` and its number.
const TRAPS: &[(u32, &str, &[&str])] = &[
    (
        1,
        "an unknown, misspelt or misplaced key is refused, all at once",
        &["an_unknown_key_offers_the_nearest_of_its_place"],
    ),
    (2, "one phase written twice, or a block that nothing compiles, is refused", &[]),
    (3, "a declaration in code is checked as one in a document is", &[]),
    (4, "a declared plugin that nothing reaches is refused", &[]),
    (
        5,
        "a hook that nothing dispatches is an error",
        &[
            "a_hook_that_was_not_registered_is_an_error_at_load_with_the_nearest_name",
            "a_plugin_on_hooks_alone_that_nothing_dispatches_is_reached_by_nothing",
        ],
    ),
    (
        6,
        "groups and tags resolve alike for authentication and policy",
        &["tags_that_a_request_brings_never_join_groups"],
    ),
    (7, "a request without an entity is denied under policy and passes without", &[]),
    (8, "a route installs programs on the sides it writes only", &[]),
    (
        9,
        "exact beats glob, and the order of declaration decides nothing",
        &["routes_that_could_match_one_request_and_tie_are_refused"],
    ),
    (10, "a path is matched as the upstream will see it", &[]),
    (11, "the host is that of a validated authority", &[]),
    (
        12,
        "what stands twice is refused, never the last kept",
        &["a_key_given_twice_names_both_places_and_the_first_stays"],
    ),
    (13, "nothing is substituted in the text of a document", &[]),
    (14, "`!=` and `not in` hold for what is absent", &["negated_forms_are_exactly_the_negation"]),
    (15, "an order with what is no number denies", &["integers_past_two_to_the_53_have_no_order_against_floats"]),
    (16, "counters saturate", &[]),
    (17, "empty sets are present, and claims keep their shape", &[]),
    (18, "no text panics or loses an action", &["no_line_is_dropped", "any_document_is_compiled_or_refused"]),
    (19, "a bad regular expression is refused, and a scan inspects", &[]),
    (
        20,
        "a mask is undone by nothing, and hides in every form",
        &["no_run_of_a_secret_leaves_a_pipeline_that_takes_it_out", "every_occurrence_of_a_repeated_key_is_treated"],
    ),
    (
        21,
        "a path means what it says, in lists, in maps and by code point",
        &["no_run_of_a_secret_leaves_a_pipeline_that_takes_it_out"],
    ),
    (
        22,
        "what is too deep or too large is denied, not cut",
        &["a_text_that_nests_too_deeply_is_refused_wherever_it_does"],
    ),
    (
        23,
        "a plugin that fails denies, and a failure beside a denial hides none",
        &[
            "every_mode_makes_of_everything_a_plugin_does_what_the_table_says",
            "a_decisive_outcome_drops_the_branches_after_it_at_once_and_none_before",
            "a_payload_that_panics_when_dropped_does_not_unwind",
        ],
    ),
    (
        24,
        "what is concurrent runs together, a timeout bounds, and what is disabled is off",
        &[
            "branches_run_at_the_same_time",
            "a_future_that_uses_up_the_budget_of_the_task_is_bounded_all_the_same",
            "disable_makes_a_placed_plugin_deny_from_its_first_failure_on",
        ],
    ),
    (25, "a change is a change, even one that empties the payload", &[]),
    (
        26,
        "an operation that is let go of leaves nothing running, and the background is bounded",
        &["a_full_set_refuses_until_a_task_ends", "draining_aborts_what_is_left_at_the_limit_and_counts_it"],
    ),
    (
        27,
        "threads that register plugins lose none",
        &["registrations_that_meet_one_another_and_a_reload_are_all_in_force"],
    ),
    (28, "a denial names the control that denied", &["the_denial_names_the_rule_and_the_control_that_denied"]),
    (29, "a host cannot take what is pending or denied for allowed", &[]),
    (
        30,
        "times, audiences and algorithms of a token are checked, and no leeway is none",
        &[
            "a_token_begins_at_the_very_time_it_names",
            "claims_that_do_not_hold_are_refused",
            "an_algorithm_that_is_not_the_keys_is_refused",
        ],
    ),
    (31, "keys of an issuer are fetched when asked for, once at a time, and outlive an outage", &[]),
    (
        32,
        "two tokens in one place are denied, and each way a token fails has its code",
        &["nothing_and_an_empty_place_and_another_scheme_differ"],
    ),
    (33, "an identity that comes with a message is refused", &[]),
    (34, "who must be identified is what the route that matched says, and nobody weaker stands in", &[]),
    (35, "a secret is in nothing that is printed, logged or recorded", &[]),
    (
        36,
        "what an identity provider says of an error goes no further",
        &["what_the_issuer_says_instead_of_keys_gets_into_no_record"],
    ),
    (
        37,
        "a mint is asked for once, and so is a person",
        &["what_breaks_off_is_read_again_and_never_handed_over_again"],
    ),
    (38, "a minted token is kept under all that made it", &[]),
    (
        39,
        "an approval is good once, for one caller, one person, these arguments and its time",
        &["an_approval_of_one_caller_or_of_other_arguments_is_none", "an_approval_expires_by_the_clock_of_the_process"],
    ),
    (
        40,
        "a minted credential replaces any header of its name, cannot end it, and does not come back",
        &["a_credential_is_found_as_it_was_sent_and_as_json_and_urls_spell_it"],
    ),
    (
        41,
        "a label is kept for as long as its session, and a store that fails denies",
        &["a_session_that_cannot_be_ended_keeps_its_labels_and_says_so"],
    ),
    (
        42,
        "every sink gets every decision, no value it does not list, and what is done to a log shows",
        &[
            "credentials_are_in_no_input_whatever_is_listed",
            "a_result_in_several_forms_is_kept_whole_or_not_at_all",
            "a_record_that_cannot_be_written_denies_and_the_other_sinks_learn_of_it",
            "an_edit_of_any_byte_is_found_in_its_line",
            "a_missing_line_is_found_where_it_stood",
        ],
    ),
    (
        45,
        "a reload that fails in any way leaves what is in force, and it is visible",
        &[
            "a_plugin_that_cannot_start_leaves_the_document_before_in_force",
            "a_text_that_says_nothing_takes_the_place_of_none_that_says_something",
            "changes_are_read_once_they_have_ended",
        ],
    ),
];

#[test]
fn every_trap_has_a_test_that_is_named_after_it() {
    let tests = tests();
    let mut by_trap: BTreeMap<u32, usize> = BTreeMap::new();
    for number in tests.iter().filter_map(|name| trap(name)) {
        *by_trap.entry(number).or_default() += 1;
    }
    for (number, behaviour, others) in TRAPS {
        assert!(by_trap.contains_key(number), "no test is named after trap {number}: {behaviour}");
        for other in *others {
            assert!(tests.contains(*other), "trap {number}, {behaviour}: there is no test `{other}`");
        }
    }
}

#[test]
fn every_test_that_is_named_after_a_trap_is_of_one_in_the_table() {
    let known: BTreeSet<u32> = TRAPS.iter().map(|(number, ..)| *number).collect();
    let strays: Vec<String> =
        tests().into_iter().filter(|name| trap(name).is_some_and(|number| !known.contains(&number))).collect();
    assert!(strays.is_empty(), "give these a row: {strays:?}");
}

#[test]
fn the_number_of_a_trap_is_read_from_the_name() {
    assert_eq!(trap("trap_12_two_engines_are_refused"), Some(12));
    assert_eq!(trap("trap_of_another_sort"), None);
    assert_eq!(trap("a_trap_12"), None);
}

fn trap(name: &str) -> Option<u32> {
    name.strip_prefix("trap_")?.split('_').next()?.parse().ok()
}

/// The names of all functions of the repository's own Rust files.
fn tests() -> BTreeSet<String> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut names = BTreeSet::new();
    for folder in ["builtins", "crates", "tests"] {
        collect(&top.join(folder), &mut names);
    }
    names
}

fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let functions =
                text.lines().filter_map(|line| line.trim_start().trim_start_matches("async ").strip_prefix("fn "));
            names.extend(functions.filter_map(|rest| Some(rest.split(['(', '<']).next()?.to_owned())));
        }
    }
}
