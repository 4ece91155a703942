"""Header fields on their way through the gateway."""

from gateway.forwarding.headers import back, length_of, onward


class TestOnward:
    def test_passes_what_the_services_need(self) -> None:
        sent = [
            (b"Authorization", b"Bearer x"),
            (b"idempotency-key", b"7"),
            (b"if-match", b'"3"'),
            (b"traceparent", b"00-1-2-01"),
        ]

        assert onward(sent, None) == [(name.decode().lower(), value.decode()) for name, value in sent]

    def test_drops_what_concerns_one_hop(self) -> None:
        sent = [
            (b"connection", b"keep-alive, X-Private"),
            (b"x-private", b"1"),
            (b"te", b"trailers"),
            (b"transfer-encoding", b"chunked"),
            (b"upgrade", b"h2c"),
            (b"host", b"gateway"),
            (b"accept", b"*/*"),
        ]

        assert onward(sent, None) == [("accept", "*/*")]

    def test_lets_no_client_claim_another_address(self) -> None:
        sent = [(b"x-forwarded-for", b"10.0.0.1"), (b"forwarded", b"for=10.0.0.1")]

        assert onward(sent, "192.0.2.7") == [("x-forwarded-for", "192.0.2.7")]


class TestBack:
    def test_keeps_repeated_fields_and_the_length(self) -> None:
        answered = [
            (b"Link", b"<a>; rel=next"),
            (b"Link", b"<b>; rel=prev"),
            (b"Content-Length", b"12"),
            (b"Server", b"uvicorn"),
            (b"Keep-Alive", b"timeout=5"),
        ]

        assert back(answered) == [
            (b"link", b"<a>; rel=next"),
            (b"link", b"<b>; rel=prev"),
            (b"content-length", b"12"),
        ]


class TestLengthOf:
    def test_reads_a_number_only(self) -> None:
        assert length_of([(b"Content-Length", b"42")]) == 42
        assert length_of([(b"content-length", b"-1")]) is None
        assert length_of([]) is None
