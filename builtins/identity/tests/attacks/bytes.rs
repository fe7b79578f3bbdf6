//! Arbitrary bytes in the place of the token: whatever they are, the answer is not yes, and there is one.

use cpex_sdk::Resolution;
use cpex_sdk::cmf::Credentials;

use super::door::Door;
use super::signer::{KEYS, Token, sign};

/// A sequence that is the same in every run (xorshift).
struct Bytes(u64);

impl Bytes {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn text(&mut self, length: usize) -> String {
        let bytes: Vec<u8> = (0..length).map(|_| self.next() as u8).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

fn is_refused(door: &Door, value: &str) {
    let answer = door.ask(&Credentials::none().with("authorization", value));
    assert!(!matches!(answer, Resolution::Verified(_)), "{value:?}");
}

#[test]
fn arbitrary_text_is_never_accepted() {
    let door = Door::for_algorithm("EdDSA");
    let mut bytes = Bytes(0x9e37_79b9_7f4a_7c15);
    for length in (0..200).chain([4_000, 20_000]) {
        let text = bytes.text(length);
        is_refused(&door, &text);
        is_refused(&door, &format!("Bearer {text}"));
        is_refused(&door, &format!("Bearer {}.{}.{text}", bytes.text(8), bytes.text(8)));
    }
}

#[test]
fn arbitrary_headers_and_payloads_are_never_accepted() {
    let door = Door::for_algorithm("EdDSA");
    let Token { header, claims } = Token::new("EdDSA");
    let mut bytes = Bytes(0x2545_f491_4f6c_dd1d);
    for length in 0..200 {
        is_refused(&door, &format!("Bearer {}", sign(&KEYS, "EdDSA", &bytes.text(length), &claims.to_string())));
        is_refused(&door, &format!("Bearer {}", sign(&KEYS, "EdDSA", &header.to_string(), &bytes.text(length))));
    }
}

#[test]
fn a_token_with_any_one_character_changed_or_cut_is_never_accepted() {
    let door = Door::for_algorithm("EdDSA");
    let token = Token::new("EdDSA").signed();
    door.accept(&token);
    let mut bytes = Bytes(0xd1b5_4a32_d192_ed03);
    for at in 0..token.len() {
        is_refused(&door, &format!("Bearer {}", token.split_at(at).0));
        let mut changed = token.clone().into_bytes();
        changed[at] = loop {
            let byte = b"ABCDwxyz0189-_.=, {\"\0\x7f"[bytes.below(22)];
            if byte != changed[at] {
                break byte;
            }
        };
        is_refused(&door, &format!("Bearer {}", String::from_utf8(changed).unwrap()));
    }
}
