#![no_main]
//! Calls the body `approved`.

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some(body) = cpex_conformance::fuzz::body("approved") {
        body(input);
    }
});
