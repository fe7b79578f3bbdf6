#![no_main]
//! Calls the body `request`.

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some(body) = cpex_conformance::fuzz::body("request") {
        body(input);
    }
});
