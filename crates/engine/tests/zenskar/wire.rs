//! What each accident on the wire is taken for, when it is repeated, and that the key shows nowhere.

use std::fmt::Write;
use std::time::{Duration, Instant};

use engine::destination::heard::Heard;
use engine::destination::patience::Patience;
use engine::destination::zenskar::Zenskar;
use engine::destination::{Answer, Arrived, CheckState, Destination, Outgoing, ReadError, StopCause};
use engine::keychain::Secret;
use engine::settings::connection::Connection;
use uuid::Uuid;

use super::super::{KEY, ORGANISATION, batch, change, customer, hasty, open, open_with, practice};
use super::script::{Script, Step, json, say, truncated};

const MADE: &str = r#"{"id":"c-1","customer_name":"Quillfeather Ltd"}"#;

/// The kind of an answer, for tables.
fn kind(answer: &Answer) -> &'static str {
    match answer {
        Answer::Accepted { .. } => "accepted",
        Answer::Refused { .. } => "refused",
        Answer::Doubtful { .. } => "doubtful",
        Answer::NotSent { .. } => "not sent",
        Answer::Stopped(_) => "stopped",
    }
}

/// Sends against a script; expects an answer after so many requests.
async fn check(outgoing: &Outgoing, steps: Vec<Step>, expected: &str, requests: usize) -> Answer {
    let script = Script::start(steps.clone()).await;
    let zenskar = open(&script.url, KEY, ORGANISATION);
    let answer = zenskar.send(outgoing, &Heard::default()).await;
    assert_eq!((kind(&answer), script.requests().len()), (expected, requests), "{answer:?} after {steps:?}");
    let traffic = zenskar.traffic();
    assert_eq!((traffic.requests, traffic.retries), (requests as u64, requests as u64 - 1), "{steps:?}");
    assert_eq!(*zenskar.pauses().borrow(), None, "no pause is left standing");
    answer
}

fn html() -> Step {
    say(200, "content-type: text/html\r\n", "<h1>Sign in to the network</h1>")
}

#[tokio::test]
async fn what_may_not_be_repeated_goes_out_once() {
    let customer = customer();
    check(&customer, vec![json(200, MADE)], "accepted", 1).await;
    check(&customer, vec![json(201, MADE)], "accepted", 1).await;
    check(&customer, vec![json(200, "{}")], "doubtful", 1).await;
    check(&customer, vec![say(204, "", "")], "doubtful", 1).await;
    check(&customer, vec![json(200, r#"{"id":"c-1""#)], "doubtful", 1).await;
    check(&customer, vec![truncated(r#"{"id":"#)], "doubtful", 1).await;
    check(&customer, vec![truncated(MADE)], "doubtful", 1).await;
    check(&customer, vec![html()], "doubtful", 1).await;
    check(&customer, vec![Step::Cut], "doubtful", 1).await;
    check(&customer, vec![Step::Say("HTTP/1.1 200 OK\r\ncontent-".to_owned())], "doubtful", 1).await;
    check(&customer, vec![Step::Say("garbage".to_owned())], "doubtful", 1).await;
    for status in [408, 500, 502, 503, 504, 520] {
        check(&customer, vec![json(status, "{}"), json(200, MADE)], "doubtful", 1).await;
    }
    for status in [400, 404, 405, 409, 413, 415, 422, 501] {
        check(&customer, vec![json(status, "{}")], "refused", 1).await;
    }
    check(&customer, vec![say(400, "content-type: text/html\r\n", "<h1>Bad</h1>")], "refused", 1).await;
}

#[tokio::test]
async fn what_was_turned_away_at_the_door_is_sent_again() {
    let customer = customer();
    check(&customer, vec![json(429, "{}"), html_429(), json(200, MADE)], "accepted", 3).await;
    check(&customer, vec![json(429, "{}"), Step::Cut, json(200, MADE)], "doubtful", 2).await;
    check(&customer, vec![json(429, "{}"); 4], "not sent", 4).await;
    let too_long = say(429, "retry-after: 86400\r\n", "");
    check(&customer, vec![too_long, json(200, MADE)], "not sent", 1).await;
}

#[tokio::test]
async fn silence_is_not_waited_out_for_ever() {
    let script = Script::start([Step::Hang]).await;
    let patience = Patience { total: Duration::from_millis(200), ..hasty() };
    let zenskar = open_with(patience, &script.url, KEY, ORGANISATION);
    let (customer, heard) = (customer(), Heard::default());
    let answer = tokio::time::timeout(Duration::from_secs(30), zenskar.send(&customer, &heard)).await;
    let answer = answer.expect("it is not waited for without end");
    let told = "The connection to Zenskar broke before the answer was there (no answer came in time).";
    assert_eq!(answer, Answer::Doubtful { reason: told.to_owned() });
}

fn html_429() -> Step {
    say(429, "content-type: text/html\r\nretry-after: 0\r\n", "<h1>Slow down</h1>")
}

#[tokio::test]
async fn what_may_be_repeated_is_repeated_unchanged() {
    let script = Script::start([Step::Cut, json(500, "{}"), truncated("{"), json(200, MADE)]).await;
    let answer = open(&script.url, KEY, ORGANISATION).send(&change(), &Heard::default()).await;
    assert_eq!(answer, Answer::Accepted { remote_id: Some("c-1".to_owned()) });
    let requests = script.requests();
    assert_eq!(requests.len(), 4);
    assert!(requests.iter().all(|request| *request == requests[0]), "the same bytes each time");
}

/// Nobody knows whether the destination still remembers the key, so it is asked before anything goes out again.
#[tokio::test]
async fn an_idempotency_key_alone_is_no_reason_to_repeat() {
    for lost in [Step::Cut, json(500, "{}"), json(408, "{}"), truncated("{"), html()] {
        check(&batch(), vec![lost, json(200, "{}")], "doubtful", 1).await;
    }
    let script = Script::start([json(200, "{}")]).await;
    let answer = open(&script.url, KEY, ORGANISATION).send(&batch(), &Heard::default()).await;
    assert_eq!(answer, Answer::Accepted { remote_id: None });
    let request = script.requests().remove(0);
    let head = request.to_lowercase();
    for line in
        ["post /usage/calls http/1.1", "idempotency-key: 0b0e6c1e-7d0a-5f5e-9a59-0d7c3a5f0f11", "apiversion: 20240301"]
    {
        assert!(head.contains(line), "{line} in {head}");
    }
    assert!(request.ends_with(&batch().body));
}

#[tokio::test]
async fn a_doubt_outlives_what_comes_after_it() {
    check(&change(), vec![Step::Cut; 4], "doubtful", 4).await;
    check(&change(), vec![Step::Cut, json(422, "{}")], "doubtful", 2).await;
    check(&change(), vec![json(500, "{}"), json(401, "{}")], "doubtful", 2).await;
    check(&change(), vec![json(503, "{}"), json(429, "{}"), json(429, "{}"), json(429, "{}")], "doubtful", 4).await;
    check(&change(), vec![html(), json(200, MADE)], "accepted", 2).await;
    check(&batch(), vec![json(422, "{}")], "refused", 1).await;
    check(&batch(), vec![say(202, "", "")], "accepted", 1).await;
}

#[tokio::test]
async fn nothing_listens() {
    // The port was free a moment ago, and nobody has taken it since.
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", free.local_addr().expect("an address"));
    drop(free);
    let zenskar = open(&url, KEY, ORGANISATION);
    let Answer::NotSent { reason } = zenskar.send(&customer(), &Heard::default()).await else {
        unreachable!("nothing listens")
    };
    assert!(reason.starts_with("Zenskar cannot be reached (nothing answers"), "{reason}");
    let keys = ["1".to_owned()];
    assert!(matches!(zenskar.existing("customers", &keys).await, Err(ReadError::Unreachable { .. })));
    let arrived = zenskar.ask(&customer()).await;
    assert!(matches!(arrived, Arrived::Unanswered { .. }), "silence is not a no: {arrived:?}");
}

#[tokio::test]
async fn nothing_goes_out_before_the_connection_is_encrypted() {
    let script = Script::start([]).await;
    let url = script.url.replace("http:", "https:");
    // The other side waits for the end of a request that it cannot read.
    let patience = Patience { connect: Duration::from_millis(300), retries: 1, ..hasty() };
    let answer = open_with(patience, &url, KEY, ORGANISATION).send(&customer(), &Heard::default()).await;
    assert_eq!(kind(&answer), "not sent", "{answer:?}");
    let seen = script.requests().concat();
    assert!(!seen.contains(KEY) && !seen.contains("Quillfeather"), "{seen}");
}

#[tokio::test]
async fn some_answers_stop_everything() {
    let cause = |answer| match answer {
        Answer::Stopped(stop) => stop.cause,
        other => unreachable!("{other:?}"),
    };
    assert_eq!(cause(check(&customer(), vec![json(401, "{}")], "stopped", 1).await), StopCause::Key);
    let denied = json(403, r#"{"Message":"explicit deny"}"#);
    assert_eq!(cause(check(&batch(), vec![denied], "stopped", 1).await), StopCause::Organisation);
    // A redirect would carry the key elsewhere.
    let elsewhere = Script::start([json(200, MADE)]).await;
    let redirect = say(307, &format!("location: {}/customers\r\n", elsewhere.url), "");
    assert_eq!(cause(check(&customer(), vec![redirect], "stopped", 1).await), StopCause::Address);
    assert_eq!(elsewhere.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn a_pause_that_was_asked_for_is_kept_and_shown() {
    let script = Script::start([say(429, "retry-after: 1\r\n", ""), json(200, MADE)]).await;
    let zenskar = open(&script.url, KEY, ORGANISATION);
    let mut pauses = zenskar.pauses();
    let (start, customer, heard) = (Instant::now(), customer(), Heard::default());
    let (answer, told) = tokio::join!(zenskar.send(&customer, &heard), async {
        let shown = tokio::time::timeout(Duration::from_secs(10), pauses.wait_for(Option::is_some)).await;
        let pause = shown.expect("it is shown while it lasts").expect("the connection is open");
        zenskar.try_now();
        pause.as_ref().map(|pause| (pause.told.clone(), pause.length))
    });
    assert_eq!(kind(&answer), "accepted");
    assert_eq!(told, Some(("Zenskar asked for a pause of 1 second.".to_owned(), Duration::from_secs(1))));
    assert!(start.elapsed() >= Duration::from_secs(1), "a pause that was asked for is not cut short");
}

#[tokio::test]
async fn a_wait_for_a_destination_that_cannot_be_reached_can_be_cut_short() {
    let zenskar = open("http://127.0.0.1:1", KEY, ORGANISATION);
    let mut pauses = zenskar.pauses();
    let start = Instant::now();
    let waits = tokio::time::timeout(Duration::from_secs(30), zenskar.wait(Duration::from_mins(5), "It is away."));
    let (waited, ()) = tokio::join!(waits, async {
        let shown = pauses.wait_for(Option::is_some).await.expect("the connection is open").clone();
        assert!(shown.is_some_and(|pause| !pause.reached && pause.told == "It is away."));
        zenskar.try_now();
    });
    waited.expect("it ends at once");
    assert!(start.elapsed() < Duration::from_secs(30));
    assert_eq!(*zenskar.pauses().borrow(), None, "no pause is left standing");
}

#[tokio::test]
async fn questions_are_asked_until_they_are_answered() {
    let page = r#"{"results":[{"id":"c-1","external_id":"1"},{"id":"c-9","external_id":"10"}],"next":"more"}"#;
    let last = r#"{"data":[{"id":"c-2","external_id":"1"}],"next":null,"total":3}"#;
    let script = Script::start([Step::Cut, html(), json(200, page), json(500, "{}"), json(200, last)]).await;
    let zenskar = open(&script.url, KEY, ORGANISATION);
    let found = zenskar.existing("customers", &["1".to_owned(), "2".to_owned()]).await.expect("answered in the end");
    let ids: Vec<_> = found["1"].iter().map(|one| one.remote_id.as_str()).collect();
    assert_eq!((ids, found.len()), (vec!["c-1", "c-2"], 1), "doubles are seen, and only exact numbers count");
    let lines: Vec<_> =
        script.requests().iter().filter_map(|request| request.lines().next().map(str::to_owned)).collect();
    assert_eq!(lines[2], "GET /customers?limit=100&external_id__in=1%2C2 HTTP/1.1");
    assert_eq!(lines[4], "GET /customers?limit=100&external_id__in=1%2C2&cursor=more HTTP/1.1");
}

#[tokio::test]
async fn a_no_is_believed_only_when_it_is_said_twice() {
    let (none, one) =
        (json(200, r#"{"results":[]}"#), json(200, r#"{"results":[{"id":"c-1","external_id":"00417"}]}"#));
    let yes = Arrived::Yes { remote_id: Some("c-1".to_owned()) };
    for (steps, expected, requests) in [
        (vec![one.clone()], yes.clone(), 1),
        (vec![none.clone(), one], yes, 2),
        (vec![none.clone(), none], Arrived::No, 2),
    ] {
        let script = Script::start(steps).await;
        let arrived = open(&script.url, KEY, ORGANISATION).ask(&customer()).await;
        assert_eq!((arrived, script.requests().len()), (expected, requests));
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_read() {
    let endless = format!(r#"{{"id":"c-1","noise":"{}"}}"#, "x".repeat(17 << 20));
    let answer = check(&customer(), vec![json(200, &endless)], "doubtful", 1).await;
    assert!(matches!(answer, Answer::Doubtful { reason } if reason.contains("16 MB")));
}

#[tokio::test]
async fn the_key_goes_into_the_request_and_nowhere_else() {
    let echo = format!(r#"{{"detail":"the key {KEY} is odd"}}"#);
    let steps = [json(400, &echo), json(500, &echo), json(403, &echo), json(200, &echo), json(400, &echo)];
    let script = Script::start(steps).await;
    let connection = practice(&script.url, ORGANISATION);
    let secret = Secret::new(KEY);
    let zenskar = open(&script.url, KEY, ORGANISATION);

    let mut told = format!("{secret} {secret:?} {connection:?} {}", serde_json::to_string(&connection).expect("JSON"));
    let heard = Heard::default();
    for _ in 0..4 {
        write!(told, "{:?}", zenskar.send(&customer(), &heard).await).expect("written");
    }
    // What is kept for the history, too.
    write!(told, "{:?} {}", heard.take(), zenskar.masked(echo.clone())).expect("written");
    let refused = zenskar.existing("customers", &["1".to_owned()]).await.expect_err("refused");
    write!(told, "{refused} {refused:?} {}", zenskar.describe(&customer())).expect("written");
    for bad in ["http://api.zenskar.com", "https://"] {
        let connection = Connection { url: bad.to_owned(), ..connection.clone() };
        let error = Zenskar::open(&connection, &secret, Uuid::nil(), hasty()).err().expect("a bad address");
        write!(told, "{error} {error:?}").expect("written");
    }
    let odd = Secret::new(format!("{KEY}\u{7f}"));
    let error = Zenskar::open(&connection, &odd, Uuid::nil(), hasty()).err().expect("a bad key");
    write!(told, "{error} {error:?}").expect("written");

    assert!(!told.contains(KEY), "{told}");
    assert!(told.contains("the key •••••••• is odd"), "{told}");
    assert!(script.requests().iter().all(|request| request.contains(&format!("x-api-key: {KEY}\r\n"))));
}

#[tokio::test]
async fn the_request_is_shown_as_it_goes_out() {
    let script = Script::start([]).await;
    let shown = open(&script.url, KEY, ORGANISATION).describe(&batch());
    let expected = format!(
        "POST {}/usage/calls\nx-api-key: ••••••••\norganisation: {ORGANISATION}\napiversion: 20240301\n\
         idempotency-key: 0b0e6c1e-7d0a-5f5e-9a59-0d7c3a5f0f11\ncontent-type: application/json\n\n[\n  {{",
        script.url
    );
    assert!(shown.starts_with(&expected), "{shown}");
    assert_eq!(script.requests(), Vec::<String>::new(), "showing sends nothing");
}

#[tokio::test]
async fn a_connection_test_names_the_first_thing_that_fails() {
    use CheckState::{Failed, Passed, Waiting};
    let page = r#"{"results":[]}"#;
    let denied = r#"{"Message":"explicit deny"}"#;
    // States of: reached, key, organisation, read, write, environment.
    let cases = [
        (vec![json(200, page), json(404, "{}")], [Passed, Passed, Passed, Passed, Passed, Passed]),
        (
            vec![json(200, page), json(403, r#"{"detail":"read only"}"#)],
            [Passed, Passed, Passed, Passed, Failed, Passed],
        ),
        (vec![json(401, "{}")], [Passed, Failed, Waiting, Waiting, Waiting, Waiting]),
        (vec![json(403, denied)], [Passed, Passed, Failed, Waiting, Waiting, Waiting]),
        (vec![json(403, r#"{"detail":"no"}"#)], [Passed, Passed, Passed, Failed, Waiting, Waiting]),
        (vec![json(404, "{}")], [Passed, Passed, Passed, Failed, Waiting, Passed]),
        (vec![say(302, "location: /login\r\n", "")], [Failed, Waiting, Waiting, Waiting, Waiting, Waiting]),
        (vec![], [Failed, Waiting, Waiting, Waiting, Waiting, Waiting]),
    ];
    for (steps, expected) in cases {
        let script = Script::start(steps.clone()).await;
        let checks = open(&script.url, KEY, ORGANISATION).test(&|_| ()).await;
        let names: Vec<_> = checks.iter().map(|check| check.name).collect();
        assert_eq!(names, ["reached", "key", "organisation", "read", "write", "environment"]);
        let states: Vec<_> = checks.iter().map(|check| check.state).collect();
        assert_eq!(states, expected, "{steps:?}: {checks:?}");
        assert!(checks.iter().all(|check| check.remedy.is_some() == (check.state != Passed)), "{checks:?}");
    }
}
