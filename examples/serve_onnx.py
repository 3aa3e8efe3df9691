"""Serves an exported student over HTTP, without torch.

    python examples/serve_onnx.py students/mine-onnx --precision int8 --port 8000
    curl -d '["Two hours that fly by."]' http://127.0.0.1:8000

A JSON list of texts comes in; for each its label and the probability of each label go out.
"""

import argparse
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from rosearch import OnnxStudent
from rosearch.core.errors import InputError

MOST_BYTES = 1_000_000


class Handler(BaseHTTPRequestHandler):
    student: OnnxStudent

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if not 0 < size <= MOST_BYTES:
            self.answer(413, {"error": f"send 1 to {MOST_BYTES} bytes"})
            return
        try:
            texts = json.loads(self.rfile.read(size))
            if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
                raise ValueError
            "".join(texts).encode()  # refuses half a surrogate pair, by a ValueError too
        except ValueError:
            self.answer(400, {"error": "send a JSON list of texts in UTF-8"})
            return
        names = self.student.label_names
        rows = [dict(zip(names, shares, strict=True)) for shares in self.student.probabilities(texts).tolist()]
        self.answer(200, [{"label": max(row, key=row.__getitem__), "probabilities": row} for row in rows])

    def answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", help="what rosearch export --to onnx wrote")
    parser.add_argument("--precision", default="float32", choices=["float32", "float16", "int8"])
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    try:
        Handler.student = OnnxStudent.from_pretrained(arguments.folder, precision=arguments.precision, threads=1)
    except InputError as error:
        parser.error(str(error))
    with ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler) as server:
        print(f"serving {arguments.folder} on http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
