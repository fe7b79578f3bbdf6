#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use biscuit_auth::{Algorithm, KeyPair};
use cpex_sdk::config::ConfigStep;
use cpex_sdk::testing::host;
use serde_json::json;

use super::*;

/// Where and what is wrong, as one text each.
fn faults(config: &Json) -> Vec<String> {
    let show = |fault: ConfigFault| {
        let steps = fault.path.iter().map(|step| match step {
            ConfigStep::Key(key) => key.clone(),
            ConfigStep::Index(index) => index.to_string(),
        });
        format!("{}: {}", steps.collect::<Vec<_>>().join("."), fault.text)
    };
    Settings::read(config, &host()).err().unwrap_or_default().into_iter().map(show).collect()
}

/// What is wrong with a root key.
fn key_faults(key: &Json) -> Vec<String> {
    faults(&json!({ "root_public_key": key }))
}

#[test]
fn what_is_left_out_has_its_default() {
    let key = KeyPair::new().public();
    let config = json!({ "root_public_key": { "kind": "hex", "hex": key.to_bytes_hex() } });
    let Ok(settings) = Settings::read(&config, &host()) else { panic!("it is refused") };
    assert_eq!((settings.root, settings.lifetime), (key, Duration::from_secs(300)));
    assert_eq!(settings.outbound.name(), "Authorization");
}

#[test]
fn a_key_is_read_in_every_way_it_can_be_given() {
    let folder = std::env::temp_dir().join(format!("cpex-biscuit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let host = Host { directory: folder.clone(), ..host() };
    for (algorithm, name) in [(Algorithm::Ed25519, "ed25519"), (Algorithm::Secp256r1, "secp256r1")] {
        let key = KeyPair::new_with_algorithm(algorithm).public();
        std::fs::write(folder.join("root.pub"), format!("{}\n", key.print())).unwrap();
        for given in [
            json!({ "kind": "hex", "hex": key.to_bytes_hex(), "algorithm": name }),
            json!({ "kind": "hex", "hex": key.print(), "algorithm": name }),
            json!({ "kind": "bytes", "bytes": key.to_bytes(), "algorithm": name }),
            json!({ "kind": "file", "path": "root.pub", "algorithm": name }),
        ] {
            let config = json!({ "root_public_key": given });
            let read = Settings::read(&config, &host).unwrap_or_else(|faults| panic!("{config}: {faults:?}"));
            assert_eq!(read.root, key, "{config}");
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_is_no_key_is_refused() {
    const UNFIT: &str = "this is no public key of that algorithm";
    let hex = |hex: &str| key_faults(&json!({ "kind": "hex", "hex": hex }));
    for text in ["", "00", "zz", &"0".repeat(64), &"ab".repeat(31), &"ab".repeat(33)] {
        assert_eq!(hex(text), [format!("root_public_key.hex: {UNFIT}")], "{text}");
    }
    assert_eq!(hex("secp256r1/00"), ["root_public_key.hex: the key names another `algorithm` than the config"]);
    assert_eq!(key_faults(&json!({ "kind": "bytes", "bytes": [1, 256] })), [format!("root_public_key.bytes: {UNFIT}")]);
    let mut absent = key_faults(&json!({ "kind": "file", "path": "absent.pub" }));
    assert!(absent.remove(0).starts_with("root_public_key.path: cannot read `absent.pub`: ") && absent.is_empty());
    let extra = key_faults(&json!({ "kind": "file", "hex": "00" }));
    assert_eq!(
        extra,
        [
            "root_public_key.hex: `hex` is not read for a key of kind `file`",
            "root_public_key: the key `path` is missing"
        ]
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    assert_eq!(faults(&Json::Null), [": the key `root_public_key` is missing"]);
    let config = json!({
        "root_public_key": { "kind": "pem" }, "inbound_headers": { "user": "X User" }, "ttl": 3,
        "default_ttl_seconds": 86401, "default_outbound_header": "",
    });
    let mut found = faults(&config);
    found.sort();
    assert_eq!(
        found,
        [
            "default_outbound_header: `` is not the name of a header",
            "default_ttl_seconds: expected from 1 to 86400 seconds",
            "inbound_headers.user: `X User` is not the name of a header",
            "root_public_key.kind: unknown word `pem`",
            "ttl: unknown key `ttl`",
        ]
    );
}
