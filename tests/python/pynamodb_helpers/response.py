"""The answer that PynamoDB's test_table_connection expects in a module `response`."""


class HttpOK:
    status_code = 200
    reason = 'Test Response'

    def __init__(self, content=None):
        self.content = content
