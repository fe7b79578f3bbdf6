#![no_main]
//! Calls the body `rego`.

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some(body) = cpex_conformance::fuzz::body("rego") {
        body(input);
    }
});
