// The HTTP client that the SDK is given, also in guregu's tests: it keeps the SDK from closing connections in the middle
// of an answer.
//
// Once the answer's head is there, the SDK closes the request's body (smithy-go, ClientHandler.Handle), while net/http's
// writeLoop, which has sent that body, may only be about to look whether anything is left in it. A closed body of the
// SDK answers that with the end, but through its WriteTo, where the end is an error: writeLoop then closes the
// connection under whoever reads the answer ("use of closed network connection"). Any server on the same machine is fast
// enough for that, a plain net/http one too: some 15 of 100 answers of 1 MB fail. Newer SDKs send such a request again
// (aws-sdk-go-v2, issues 1825 and 2737), but the tests here never retry, and guregu's SDK is older.
package clients

import (
	"io"
	"net/http"
	"time"
)

// plainBody hides the WriteTo of a request's body. Without it the body is read with Read, where the end is no error.
type plainBody struct{ next http.RoundTripper }

func (p plainBody) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		request = request.WithContext(request.Context()) // a copy: the caller's request is not ours to change
		request.Body = struct{ io.ReadCloser }{request.Body}
	}
	return p.next.RoundTrip(request)
}

// plainClient sends over the transport, or over the default one if that is nil.
func plainClient(transport http.RoundTripper) *http.Client {
	if transport == nil {
		transport = http.DefaultTransport
	}
	return &http.Client{Transport: plainBody{transport}, Timeout: 60 * time.Second}
}
