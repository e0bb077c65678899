"""A cold start under AWS Lambda's own runtime client: cynamo is imported, used and quick there."""
import http.server
import json
import os
import subprocess
import sys
import threading

import pytest

pytest.importorskip('awslambdaric')

HANDLER = '''
import sys, time
begin = time.perf_counter()
import cynamo
from cynamo.attributes import NumberAttribute, UnicodeAttribute
from cynamo.models import Model
imported = time.perf_counter() - begin
has_botocore = "botocore" in sys.modules

class Count(Model):
    class Meta:
        table_name = "Count"
        host = "memory:"
        region = "us-east-1"
    name = UnicodeAttribute(hash_key=True)
    value = NumberAttribute(default=0)

Count.create_table(read_capacity_units=1, write_capacity_units=1)

def handler(event, context):
    Count(event["name"], value=event["value"]).save()
    return {"value": Count.get(event["name"]).value, "imported": imported,
            "botocore": has_botocore, "url": cynamo.Database("memory:").url}
'''


class RuntimeApi(http.server.BaseHTTPRequestHandler):
    """The part of Lambda's runtime interface that a function sees: events that are fetched, answers that are posted."""

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        events = self.server.events
        if not events:
            self.server.is_over.wait(60)  # as the service: no further event, until the sandbox is ended
            return
        body = json.dumps(events.pop(0)).encode()
        self.send_response(200)
        for name, value in (('Lambda-Runtime-Aws-Request-Id', 'request-1'), ('Lambda-Runtime-Deadline-Ms', '99999999999999'),
                            ('Lambda-Runtime-Invoked-Function-Arn', 'arn:aws:lambda:us-east-1:1:function:f'),
                            ('Content-Type', 'application/json'), ('Content-Length', str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        self.server.answers.append((self.path, json.loads(body)))
        was_last = not self.server.events or 'error' in self.path  # before the answer: then the function asks for the next event
        self.send_response(202)
        self.send_header('Content-Length', '0')
        self.end_headers()
        if was_last:
            self.server.is_over.set()


def test_a_cold_start(tmp_path):
    (tmp_path / 'function.py').write_text(HANDLER)
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), RuntimeApi)
    server.daemon_threads = True
    server.events, server.answers, server.is_over = [{'name': 'a', 'value': 1}, {'name': 'b', 'value': 2}], [], threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    environment = dict(os.environ, AWS_LAMBDA_RUNTIME_API='127.0.0.1:%d' % server.server_address[1], LAMBDA_TASK_ROOT=str(tmp_path),
                       AWS_LAMBDA_FUNCTION_NAME='f', AWS_LAMBDA_FUNCTION_VERSION='1', AWS_LAMBDA_FUNCTION_MEMORY_SIZE='128',
                       AWS_LAMBDA_LOG_GROUP_NAME='g', AWS_LAMBDA_LOG_STREAM_NAME='s',
                       PYTHONPATH='%s:%s' % (tmp_path, os.environ.get('PYTHONPATH', '')))
    with open(tmp_path / 'log', 'w+') as log:
        process = subprocess.Popen([sys.executable, '-m', 'awslambdaric', 'function.handler'], env=environment,
                                   stdout=log, stderr=log)
        try:
            assert server.is_over.wait(60), open(tmp_path / 'log').read()
        finally:
            process.kill()
            process.wait()
            server.shutdown()
            server.server_close()
    paths, answers = zip(*server.answers)
    assert all(path.endswith('/response') for path in paths), server.answers
    assert [answer['value'] for answer in answers] == [1, 2]
    assert answers[0]['botocore'] is False
    assert answers[0]['imported'] < 1
