#![no_main]
//! Calls the body `key_set`.

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some(body) = cpex_conformance::fuzz::body("key_set") {
        body(input);
    }
});
