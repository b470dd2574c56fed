// An access token, kept until shortly before it expires, and one call with it. Needs Go 1.21, nothing else:
//
//	SEGL_URL=http://localhost:8642 SEGL_CLIENT_ID=… SEGL_CLIENT_SECRET=… go run token.go
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

const margin = time.Minute

var (
	base        = os.Getenv("SEGL_URL")
	lock        sync.Mutex
	token       string
	usableUntil time.Time
)

func accessToken() (string, error) {
	lock.Lock()
	defer lock.Unlock()
	if time.Now().Before(usableUntil) {
		return token, nil
	}
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"document_read"}}
	request, err := http.NewRequest(http.MethodPost, base+"/oauth/connect/token", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(os.Getenv("SEGL_CLIENT_ID"), os.Getenv("SEGL_CLIENT_SECRET"))
	body, err := send(request)
	if err != nil {
		return "", err
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", err
	}
	token = answer.AccessToken
	usableUntil = time.Now().Add(time.Duration(answer.ExpiresIn)*time.Second - margin)
	return token, nil
}

func send(request *http.Request) ([]byte, error) {
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s", answer.Status, body)
	}
	return body, err
}

func run() error {
	token, err := accessToken()
	if err != nil {
		return err
	}
	request, err := http.NewRequest(http.MethodGet, base+"/signature/documents/summary?limit=1", nil)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	body, err := send(request)
	if err != nil {
		return err
	}
	fmt.Println(string(body))
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
