#![no_main]
//! Calls the body `decided`.

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some(body) = cpex_conformance::fuzz::body("decided") {
        body(input);
    }
});
