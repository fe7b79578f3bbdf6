//! What is dialled, and what is not, however it is written.

use cpex_sdk::http::{Egress, HttpFault};

use crate::support::{Peer, answer, client, fault, get, plain};

#[tokio::test]
async fn what_is_not_encrypted_is_spoken_to_this_host_where_that_is_allowed() {
    let peer = Peer::plain(answer("200 OK", "", "")).await;
    let url = peer.http("/");
    assert_eq!(get(&*client(plain()), &url).await.unwrap().status, 200);
    assert_eq!(
        get(&*client(plain()), &format!("http://localhost:{}/", peer.address.port())).await.unwrap().status,
        200
    );
    let (found, text) = fault(get(&*client(Egress { allow_private: true, ..Egress::default() }), &url).await);
    assert_eq!(found, HttpFault::Refused);
    assert!(text.contains("`insecure_http: true`"), "{text}");
    assert_eq!(peer.heard().len(), 2);
}

#[tokio::test]
async fn what_is_not_encrypted_leaves_this_host_under_no_rules() {
    let open = client(Egress { allow_private: true, ..plain() });
    for url in ["http://10.0.0.1/", "http://1.1.1.1/", "http://[::ffff:10.0.0.1]/", "http://167772161/"] {
        assert_eq!(fault(get(&*open, url).await).0, HttpFault::Refused, "{url}");
    }
}

#[tokio::test]
async fn addresses_that_are_not_public_are_refused_however_they_are_written() {
    let peer = Peer::plain(answer("200 OK", "", "")).await;
    let port = peer.address.port();
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"] {
        let (found, text) = fault(get(&*client(Egress::default()), &format!("https://{host}:{port}/")).await);
        assert_eq!(found, HttpFault::Refused, "{host}: {text}");
        assert!(text.contains("`allow_private: true`"), "{host}: {text}");
    }
    assert!(peer.heard().is_empty());
}

#[tokio::test]
async fn metadata_services_are_refused_although_private_addresses_are_allowed() {
    let open = client(Egress { allow_private: true, ..plain() });
    for host in ["169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "100.100.100.200"] {
        for scheme in ["http", "https"] {
            let (found, text) = fault(get(&*open, &format!("{scheme}://{host}/latest/meta-data")).await);
            assert_eq!(found, HttpFault::Refused, "{host}: {text}");
        }
    }
}

#[test]
fn a_url_is_judged_by_its_text_before_anything_is_dialled() {
    let client = client(Egress::default());
    assert!(client.check("https://idp.example/keys?v=1").is_ok());
    for url in [
        "",
        "/keys",
        "idp.example/keys",
        "http://idp.example/",
        "ftp://idp.example/",
        "file:///etc/passwd",
        "https://user:secret@idp.example/",
        "https://idp.example/#part",
        "https://",
        "https:///keys",
        "https://a b/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://0177.0.0.1/",
        "https://127.0.0.1./",
    ] {
        let refused = client.check(url).unwrap_err();
        assert_eq!(refused.fault, HttpFault::Refused, "{url}");
        assert!(!refused.text.contains("secret"), "{refused}");
    }
}
