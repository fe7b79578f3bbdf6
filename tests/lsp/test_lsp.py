"""`cpex lsp` as an editor meets it: over its standard input and output, by the client of pygls.

The types of lsprotocol are strict, so that an answer of another shape than the protocol says fails the test. The
environment variable CPEX names the binary.
"""

import asyncio
import json
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

CPEX = os.environ["CPEX"]

# Long enough for a machine under load; what is awaited comes at once or never.
SECONDS = 60

POLICY = """\
plugins:
  - name: audit-log
    kind: audit/logger
    description: One line a decision.
groups:
  hr-tools:
    description: Tools of HR.
    policy: ["require(role.hr)"]
routes:
  - tool: get_compensation
    groups: [hr-tools]
    policy:
      - "run(audit-log)"
    result: { ssn: "str | redact(!perm.view_ssn)" }
"""


def place(text, needle, after=0, unit="utf-16-le"):
    """The position of a needle in a text, moved on by some characters, in units of UTF-16 or bytes."""
    at = text.index(needle) + after
    line = text.count("\n", 0, at)
    before = text[text.rfind("\n", 0, at) + 1 : at]
    size = 2 if unit == "utf-16-le" else 1
    return lsp.Position(line, len(before.encode(unit)) // size)


class Editor:
    """A client with one open document."""

    def __init__(self, uri="file:///policies/p.yaml"):
        self.client = LanguageClient("editor", "1")
        self.uri = uri
        self.version = 0
        self.published = asyncio.Queue()

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: lsp.PublishDiagnosticsParams):
            params.diagnostics = list(params.diagnostics)
            self.published.put_nowait(params)

    async def start(self, encodings=None):
        await self.client.start_io(CPEX, "lsp", "--stdio")
        general = lsp.GeneralClientCapabilities(position_encodings=encodings) if encodings else None
        capabilities = lsp.ClientCapabilities(general=general)
        answer = await self.wait(self.client.initialize_async(lsp.InitializeParams(capabilities=capabilities)))
        self.client.initialized(lsp.InitializedParams())
        return answer

    async def wait(self, awaitable):
        return await asyncio.wait_for(awaitable, SECONDS)

    async def open(self, text):
        self.version += 1
        item = lsp.TextDocumentItem(self.uri, "yaml", self.version, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return await self.wait(self.published.get())

    async def change(self, text, start=None, end=None):
        self.version += 1
        if start is None:
            change = lsp.TextDocumentContentChangeWholeDocument(text)
        else:
            change = lsp.TextDocumentContentChangePartial(range=lsp.Range(start, end), text=text)
        document = lsp.VersionedTextDocumentIdentifier(self.version, self.uri)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))
        return await self.wait(self.published.get())

    async def save(self):
        self.client.text_document_did_save(lsp.DidSaveTextDocumentParams(self.document))
        return await self.wait(self.published.get())

    async def close(self):
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(self.document))
        return await self.wait(self.published.get())

    @property
    def document(self):
        return lsp.TextDocumentIdentifier(self.uri)

    async def hover(self, position):
        return await self.wait(self.client.text_document_hover_async(lsp.HoverParams(self.document, position)))

    async def complete(self, position):
        params = lsp.CompletionParams(self.document, position)
        items = await self.wait(self.client.text_document_completion_async(params))
        return {item.label: item for item in items}

    async def define(self, position):
        params = lsp.DefinitionParams(self.document, position)
        return await self.wait(self.client.text_document_definition_async(params))

    async def format(self):
        options = lsp.FormattingOptions(tab_size=2, insert_spaces=True)
        params = lsp.DocumentFormattingParams(self.document, options)
        return list(await self.wait(self.client.text_document_formatting_async(params)))

    async def end(self):
        """Shuts down, exits, and gives the exit status."""
        await self.wait(self.client.shutdown_async(None))
        self.client.exit(None)
        return await self.wait(self.client._server.wait())


class Serving(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.editor = Editor()
        self.answer = await self.editor.start()

    async def asyncTearDown(self):
        self.assertEqual(await self.editor.end(), 0)
        await self.editor.client.stop()

    async def test_the_server_says_what_it_can_do(self):
        can = self.answer.capabilities
        self.assertEqual(can.position_encoding, "utf-16")
        self.assertEqual(can.text_document_sync.change, lsp.TextDocumentSyncKind.Incremental)
        self.assertIn(".", can.completion_provider.trigger_characters)
        self.assertTrue(can.hover_provider and can.definition_provider and can.document_formatting_provider)
        self.assertEqual(self.answer.server_info.name, "cpex")

    async def test_findings_come_and_go_with_the_text(self):
        broken = POLICY.replace("require(role.hr)", "'😀' == rol.hr: deny")
        found = await self.editor.open(broken)
        self.assertEqual((found.uri, found.version), (self.editor.uri, 1))
        [finding] = found.diagnostics
        self.assertEqual((finding.severity, finding.source), (lsp.DiagnosticSeverity.Error, "cpex"))
        self.assertEqual(finding.code, "rule.unknown_attribute")
        self.assertIn("did you mean `role`?", finding.message)
        self.assertEqual(finding.range.start, place(broken, "rol.hr"))
        mended = await self.editor.change("role", place(broken, "rol.hr"), place(broken, "rol.hr", 3))
        self.assertEqual((mended.version, mended.diagnostics), (2, []))
        again = await self.editor.change("routes: [")
        self.assertEqual((again.version, len(again.diagnostics)), (3, 1))
        closed = await self.editor.close()
        self.assertEqual((closed.uri, closed.diagnostics), (self.editor.uri, []))

    async def test_what_is_hovered_is_explained(self):
        await self.editor.open(POLICY)
        hover = await self.editor.hover(place(POLICY, "perm.view_ssn", 2))
        self.assertEqual(hover.contents.kind, lsp.MarkupKind.Markdown)
        self.assertIn("Whether the caller has the permission.", hover.contents.value)
        self.assertEqual(hover.range.start, place(POLICY, "perm.view_ssn"))
        self.assertEqual(hover.range.end, place(POLICY, "perm.view_ssn", len("perm.view_ssn")))
        hover = await self.editor.hover(place(POLICY, "audit-log)", 2))
        self.assertIn("One line a decision.", hover.contents.value)
        hover = await self.editor.hover(place(POLICY, "redact", 1))
        self.assertIn("[REDACTED]", hover.contents.value)
        self.assertIsNone(await self.editor.hover(place(POLICY, "get_compensation", 3)))

    async def test_a_policy_is_typed_by_completions(self):
        text = POLICY
        await self.editor.open(text)
        for typed, label in [
            ("    pos", "post_policy"),
            ('[ "', "require"),
            ("(sub", "subject"),
            (".te", "tenant"),
            (" == 'acme')\", \"role.x: ", "deny"),
            ('", "ru', "run"),
            ("(au", "audit-log"),
        ]:
            text += typed
            end = place(text + "\0", "\0")
            await self.editor.change(text)
            edit = (await self.editor.complete(end))[label].text_edit
            self.assertEqual((edit.range.end, edit.range.start.line), (end, end.line), label)
            line = text.rsplit("\n", 1)[1]
            text = text[: len(text) - len(line)] + line[: edit.range.start.character] + edit.new_text
        self.assertTrue(text.endswith(
            "    post_policy: [ \"require(subject.tenant == 'acme')\", \"role.x: deny\", \"run(audit-log"
        ), text)
        self.assertEqual((await self.editor.change(text + ')" ]\n')).diagnostics, [])

    async def test_names_lead_to_their_declarations(self):
        await self.editor.open(POLICY)
        found = await self.editor.define(place(POLICY, "hr-tools]", 3))
        self.assertEqual((found.uri, found.range.start), (self.editor.uri, place(POLICY, "hr-tools:")))
        found = await self.editor.define(place(POLICY, "audit-log)", 3))
        self.assertEqual(found.range.start, place(POLICY, "audit-log\n"))
        self.assertIsNone(await self.editor.define(place(POLICY, "role.hr", 2)))

    async def test_documents_are_laid_out_as_the_command_does(self):
        text = POLICY.replace("groups: [hr-tools]", "groups:   [ hr-tools ]   # 😀")
        await self.editor.open(text)
        [edit] = await self.editor.format()
        self.assertEqual(edit.range, lsp.Range(lsp.Position(0, 0), lsp.Position(text.count("\n"), 0)))
        command = subprocess.run([CPEX, "fmt", "-"], input=text, capture_output=True, text=True, check=True)
        self.assertEqual(edit.new_text, command.stdout)
        await self.editor.change(edit.new_text)
        self.assertEqual(await self.editor.format(), [])

    async def test_what_the_server_does_not_know_is_refused_and_it_goes_on(self):
        await self.editor.open(POLICY)
        with self.assertRaises(JsonRpcException) as refused:
            params = lsp.RenameParams(self.editor.document, lsp.Position(0, 0), "x")
            await self.editor.wait(self.editor.client.text_document_rename_async(params))
        self.assertEqual(refused.exception.code, lsp.ErrorCodes.MethodNotFound)
        self.assertIsNotNone(await self.editor.hover(place(POLICY, "perm.view_ssn")))


class Encodings(unittest.IsolatedAsyncioTestCase):
    async def test_bytes_are_counted_where_the_client_offers_it(self):
        editor = Editor()
        answer = await editor.start([lsp.PositionEncodingKind.Utf16, lsp.PositionEncodingKind.Utf8])
        self.assertEqual(answer.capabilities.position_encoding, "utf-8")
        text = POLICY.replace("require(role.hr)", "'é😀' == rol.hr: deny")
        found = await editor.open(text)
        self.assertEqual(found.diagnostics[0].range.start, place(text, "rol.hr", unit="utf-8"))
        edited = await editor.change("role", place(text, "rol.hr", unit="utf-8"), place(text, "rol.hr", 3, "utf-8"))
        self.assertEqual(edited.diagnostics, [])
        self.assertEqual(await editor.end(), 0)
        await editor.client.stop()


class Files(unittest.IsolatedAsyncioTestCase):
    async def test_files_of_facts_are_read_beside_the_document(self):
        with tempfile.TemporaryDirectory() as folder:
            facts = Path(folder, "facts é.yaml")
            facts.write_text("data: { a: 1, a: 2 }\n", encoding="utf-8")
            editor = Editor(Path(folder, "p.yaml").as_uri())
            await editor.start()
            text = 'global: { attribute_files: ["facts é.yaml"] }\n'
            [finding] = (await editor.open(text)).diagnostics
            self.assertEqual(finding.code, "document.duplicate_key")
            self.assertEqual(finding.range.start, place(text, "attribute_files"))
            [elsewhere] = finding.related_information
            self.assertEqual(elsewhere.location.uri, facts.as_uri())
            self.assertEqual(elsewhere.location.range.start, lsp.Position(0, 14))
            facts.write_text("data: { a: 1 }\n", encoding="utf-8")
            self.assertEqual((await editor.save()).diagnostics, [])
            self.assertEqual(await editor.end(), 0)
            await editor.client.stop()


class Endings(unittest.TestCase):
    def serve(self, *messages):
        """The exit status and the answers to messages, each an object or the bytes of a body."""
        bodies = [message if isinstance(message, bytes) else json.dumps(message).encode() for message in messages]
        sent = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)
        ran = subprocess.run([CPEX, "lsp"], input=sent, capture_output=True, timeout=SECONDS)
        self.assertEqual(ran.stderr, b"")
        answers, rest = [], ran.stdout
        while rest:
            head, rest = rest.split(b"\r\n\r\n", 1)
            length = int(head.removeprefix(b"Content-Length: "))
            answers.append(json.loads(rest[:length]))
            rest = rest[length:]
        return ran.returncode, answers

    def request(self, number, method, params=None):
        return {"jsonrpc": "2.0", "id": number, "method": method, "params": params or {}}

    def test_the_exit_status_says_whether_there_was_a_shutdown(self):
        begin, leave = self.request(1, "initialize"), {"jsonrpc": "2.0", "method": "exit"}
        self.assertEqual(self.serve(begin, self.request(2, "shutdown"), leave)[0], 0)
        self.assertEqual(self.serve(begin, leave)[0], 1)
        self.assertEqual(self.serve(begin)[0], 1)
        self.assertEqual(self.serve()[0], 1)

    def test_what_is_no_message_is_answered_and_the_next_is_served(self):
        begin, leave = self.request(1, "initialize"), {"jsonrpc": "2.0", "method": "exit"}
        status, answers = self.serve(
            begin, b"{", b"\xff", b"[]", {"id": 5}, self.request("a", "shutdown"), self.request(7, "shutdown"), leave
        )
        codes = [(answer["id"], answer.get("error", {}).get("code")) for answer in answers]
        parse, invalid = -32700, -32600
        expected = [(1, None), (None, parse), (None, parse), (None, invalid), (5, invalid), ("a", None), (7, invalid)]
        self.assertEqual((status, codes), (0, expected))

    def test_a_request_before_the_first_is_refused(self):
        _, answers = self.serve(self.request(1, "textDocument/hover"))
        self.assertEqual(answers[0]["error"]["code"], -32002)

    def test_headers_without_a_length_end_it(self):
        ran = subprocess.run([CPEX, "lsp"], input=b"{}\r\n\r\n", capture_output=True, timeout=SECONDS)
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"-32700", ran.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
