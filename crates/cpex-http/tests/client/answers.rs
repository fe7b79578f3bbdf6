//! What comes back, and what is made of what does not.

use cpex_sdk::http::{HttpFault, OutboundMethod, OutboundRequest};
use tokio::net::TcpListener;

use crate::support::{Peer, answer, client, fault, get, plain, post, request};

#[tokio::test]
async fn an_answer_is_given_whole_whatever_its_status() {
    let peer = Peer::plain(answer("404 Not Found", "X-Kind: some\r\n", "nobody is here")).await;
    let answered = get(&*client(plain()), &peer.http("/keys?v=1")).await.unwrap();
    assert_eq!((answered.status, answered.header("x-kind")), (404, Some("some")));
    assert_eq!(answered.body.as_slice(), b"nobody is here");
    let heard = peer.heard();
    assert!(heard[0].starts_with("GET /keys?v=1 HTTP/1.1\r\n"), "{heard:?}");
    assert!(!heard[0].to_ascii_lowercase().contains("accept-encoding"), "{heard:?}");
}

#[tokio::test]
async fn a_body_is_handed_over_under_its_type_with_the_headers_given() {
    let peer = Peer::plain(answer("200 OK", "", "{}")).await;
    let method = OutboundMethod::Post { content_type: "application/x-www-form-urlencoded", body: b"grant_type=x" };
    let url = peer.http("/token");
    let headers = [("Authorization", "Basic planted")];
    client(plain()).send(OutboundRequest { headers: &headers, ..request(method, &url) }).await.unwrap();
    let heard = peer.heard().remove(0).to_ascii_lowercase();
    assert!(heard.starts_with("post /token http/1.1\r\n") && heard.ends_with("\r\n\r\ngrant_type=x"), "{heard}");
    assert!(heard.contains("content-type: application/x-www-form-urlencoded\r\n"), "{heard}");
    assert!(heard.contains("authorization: basic planted\r\n"), "{heard}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let elsewhere = Peer::plain(answer("200 OK", "", "planted")).await;
    let location = format!("Location: {}\r\n", elsewhere.http("/"));
    let peer = Peer::plain(answer("302 Found", &location, "")).await;
    assert_eq!(get(&*client(plain()), &peer.http("/")).await.unwrap().status, 302);
    assert!(elsewhere.heard().is_empty());
}

#[tokio::test]
async fn no_more_is_read_than_the_request_takes() {
    for long in [
        answer("200 OK", "", &"x".repeat(1025)),
        format!(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{}",
            "400\r\n".to_owned() + &"x".repeat(1024) + "\r\n1\r\nx\r\n0\r\n\r\n"
        ),
    ] {
        let peer = Peer::plain(long).await;
        let (found, text) = fault(get(&*client(plain()), &peer.http("/")).await);
        assert_eq!(found, HttpFault::TooLarge, "{text}");
        assert_eq!(peer.heard().len(), 1);
    }
    let peer = Peer::plain(answer("200 OK", "", &"x".repeat(1024))).await;
    assert_eq!(get(&*client(plain()), &peer.http("/")).await.unwrap().body.len(), 1024);
    let head = format!("X-Long: {}\r\n", "x".repeat(1_000_000));
    let peer = Peer::plain(answer("200 OK", &head, "")).await;
    assert_eq!(fault(get(&*client(plain()), &peer.http("/")).await).0, HttpFault::Lost);
}

#[tokio::test]
async fn what_breaks_off_is_read_again_and_never_handed_over_again() {
    for broken in ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "nonsense\r\n\r\n"] {
        let peer = Peer::plain(broken).await;
        let client = client(plain());
        assert_eq!(fault(get(&*client, &peer.http("/")).await).0, HttpFault::Lost, "{broken:?}");
        assert_eq!(peer.heard().len(), 2, "{broken:?}");
        let (found, text) = fault(post(&*client, &peer.http("/?code=planted"), b"planted").await);
        assert_eq!(found, HttpFault::Lost, "{broken:?}");
        assert_eq!(peer.heard().len(), 3, "{broken:?}");
        assert!(!found.is_unsent() && !text.contains("planted"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_says_nothing_is_waited_for_no_longer_than_the_request_takes() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (found, text) = fault(post(&*client(plain()), &url, b"x").await);
    assert_eq!(found, HttpFault::Lost);
    assert!(text.ends_with(": no answer in time"), "{text}");
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let (found, text) = fault(post(&*client(plain()), &url, b"x").await);
    assert!(found == HttpFault::Unreachable && found.is_unsent(), "{text}");
}

#[tokio::test]
async fn a_header_that_would_end_another_is_refused() {
    let peer = Peer::plain(answer("200 OK", "", "")).await;
    let url = peer.http("/");
    for (name, value) in [("X-A", "1\r\nX-B: 2"), ("X A", "1"), ("", "1"), ("X-A", "\0")] {
        let headers = [(name, value)];
        let outbound = OutboundRequest { headers: &headers, ..request(OutboundMethod::Get, &url) };
        assert_eq!(fault(client(plain()).send(outbound).await).0, HttpFault::Refused, "{name:?}");
    }
    assert!(peer.heard().is_empty());
}
