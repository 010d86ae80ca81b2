// go-peer: a mesh peer on Consul's own Go library (github.com/hashicorp/consul/connect), to test against.
//
//   go-peer server  -name web -listen 127.0.0.1:9443 [-register] [-id web-go] [-plain 127.0.0.1:9080]
//   go-peer client  -name client -url https://web.service.consul/info [-n 3] [-fresh] [-timeout 5s]
//   go-peer dial    -name client (-to web | -addr 127.0.0.1:9443 -uri spiffe://...) -send "text"
//   go-peer tcpecho -name echo -listen 127.0.0.1:9444 [-register]
//   go-peer plain   -listen 127.0.0.1:9080                    plain HTTP, same handlers
//   go-peer bench   -name client -url https://web.service.consul/ -addr 127.0.0.1:9443 -c 16 -d 5s [-h2] [-fresh]
//   go-peer bench   -url http://127.0.0.1:9080/ -c 16 -d 5s   plain HTTP
//   go-peer hs      -name client -addr 127.0.0.1:9443 -c 8 -d 5s [-tls12]  handshakes per second
//
// The agent and token come from -agent/-token, or CONSUL_HTTP_ADDR/CONSUL_HTTP_TOKEN.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/ioutil"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	agentconnect "github.com/hashicorp/consul/agent/connect"
	"github.com/hashicorp/consul/api"
	"github.com/hashicorp/consul/connect"
	"github.com/hashicorp/go-hclog"
	"golang.org/x/net/http2"
)

var (
	fs       = flag.NewFlagSet("go-peer", flag.ExitOnError)
	agent    = fs.String("agent", "", "agent HTTP address, host:port")
	token    = fs.String("token", "", "ACL token")
	name     = fs.String("name", "go-peer", "service name of this process")
	id       = fs.String("id", "", "service id (default: name-go)")
	listen   = fs.String("listen", "127.0.0.1:0", "listen address")
	register = fs.Bool("register", false, "register with the agent as Connect native, deregister at exit")
	plainLis = fs.String("plain", "", "server: also serve plain HTTP here")
	rawURL   = fs.String("url", "", "URL, https://<service>.service.consul/...")
	addr     = fs.String("addr", "", "dial this address instead of discovering one")
	uri      = fs.String("uri", "", "expected SPIFFE URI of the peer, with -addr")
	to       = fs.String("to", "", "destination service name")
	send     = fs.String("send", "ping", "dial: line to send")
	n        = fs.Int("n", 1, "requests to make")
	fresh    = fs.Bool("fresh", false, "new connection per request")
	timeout  = fs.Duration("timeout", 10*time.Second, "per request timeout")
	conc     = fs.Int("c", 8, "concurrency")
	dur      = fs.Duration("d", 5*time.Second, "duration")
	useH2    = fs.Bool("h2", false, "bench: HTTP/2")
	tls12    = fs.Bool("tls12", false, "limit to TLS 1.2")
	method   = fs.String("method", "GET", "request method")
	body     = fs.String("body", "", "request body")
	logLevel = fs.String("log", "warn", "log level of the connect library")
)

func die(code int, f string, a ...interface{}) {
	fmt.Fprintf(os.Stderr, "go-peer: "+f+"\n", a...)
	os.Exit(code)
}

func consul() *api.Client {
	c := api.DefaultConfig()
	if *agent != "" {
		c.Address = *agent
	}
	if *token != "" {
		c.Token = *token
	}
	cl, err := api.NewClient(c)
	if err != nil {
		die(2, "consul client: %v", err)
	}
	return cl
}

func service(cl *api.Client) *connect.Service {
	lg := hclog.New(&hclog.LoggerOptions{Level: hclog.LevelFromString(*logLevel), Output: os.Stderr})
	s, err := connect.NewServiceWithLogger(*name, cl, lg)
	if err != nil {
		die(2, "connect service: %v", err)
	}
	if ch := s.ReadyWait(); ch != nil {
		select {
		case <-ch:
		case <-time.After(15 * time.Second):
			die(3, "not ready after 15s (no roots or no leaf)")
		}
	}
	return s
}

func peerURI(r *http.Request) string {
	if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 || len(r.TLS.PeerCertificates[0].URIs) == 0 {
		return ""
	}
	return r.TLS.PeerCertificates[0].URIs[0].String()
}

func handlers() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		io.WriteString(w, "hello from "+*name+"\n")
	})
	m.HandleFunc("/health", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "ok\n") })
	m.HandleFunc("/info", func(w http.ResponseWriter, r *http.Request) {
		o := map[string]interface{}{"service": *name, "impl": "go", "proto": r.Proto, "peer": peerURI(r), "remote": r.RemoteAddr, "host": r.Host}
		if r.TLS != nil {
			o["tls"] = fmt.Sprintf("%x", r.TLS.Version)
			o["cipher"] = fmt.Sprintf("%x", r.TLS.CipherSuite)
			o["alpn"] = r.TLS.NegotiatedProtocol
			o["resumed"] = r.TLS.DidResume
			o["chain"] = len(r.TLS.PeerCertificates)
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(o)
	})
	m.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.Header.Get("Content-Type"))
		io.Copy(w, r.Body)
	})
	m.HandleFunc("/bytes", func(w http.ResponseWriter, r *http.Request) {
		k, _ := strconv.Atoi(r.URL.Query().Get("n"))
		w.Write(bytes.Repeat([]byte("x"), k))
	})
	m.HandleFunc("/sleep", func(w http.ResponseWriter, r *http.Request) {
		k, _ := strconv.Atoi(r.URL.Query().Get("ms"))
		time.Sleep(time.Duration(k) * time.Millisecond)
		io.WriteString(w, "slept\n")
	})
	return m
}

func doRegister(cl *api.Client, l net.Listener) func() {
	if !*register {
		return func() {}
	}
	sid := *id
	if sid == "" {
		sid = *name + "-go"
	}
	_, p, _ := net.SplitHostPort(l.Addr().String())
	port, _ := strconv.Atoi(p)
	err := cl.Agent().ServiceRegister(&api.AgentServiceRegistration{ID: sid, Name: *name, Port: port, Address: "127.0.0.1",
		Connect: &api.AgentServiceConnect{Native: true}})
	if err != nil {
		die(4, "register: %v", err)
	}
	return func() { cl.Agent().ServiceDeregister(sid) }
}

func waitSignal(f func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	<-c
	f()
	os.Exit(0)
}

func cmdServer() {
	cl := consul()
	s := service(cl)
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		die(2, "%v", err)
	}
	cfg := s.ServerTLSConfig()
	srv := &http.Server{Handler: handlers(), TLSConfig: cfg}
	if *plainLis != "" {
		pl, err := net.Listen("tcp", *plainLis)
		if err != nil {
			die(2, "%v", err)
		}
		go http.Serve(pl, handlers())
	}
	un := doRegister(cl, l)
	fmt.Printf("READY %s\n", l.Addr())
	go func() { die(5, "serve: %v", srv.ServeTLS(l, "", "")) }()
	waitSignal(un)
}

func cmdPlain() {
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		die(2, "%v", err)
	}
	fmt.Printf("READY %s\n", l.Addr())
	go http.Serve(l, handlers())
	waitSignal(func() {})
}

func cmdTCPEcho() {
	cl := consul()
	s := service(cl)
	l, err := tls.Listen("tcp", *listen, s.ServerTLSConfig())
	if err != nil {
		die(2, "%v", err)
	}
	un := doRegister(cl, l)
	fmt.Printf("READY %s\n", l.Addr())
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				die(5, "accept: %v", err)
			}
			go func() { defer c.Close(); io.Copy(c, c) }()
		}
	}()
	waitSignal(un)
}

func resolver(cl *api.Client) connect.Resolver {
	if *addr == "" {
		return &connect.ConsulResolver{Client: cl, Name: *to}
	}
	u, err := agentconnect.ParseCertURIFromString(*uri)
	if err != nil {
		die(2, "-uri: %v", err)
	}
	return &connect.StaticResolver{Addr: *addr, CertURI: u}
}

func cmdDial() {
	cl := consul()
	s := service(cl)
	ctx, cancel := context.WithTimeout(context.Background(), *timeout)
	defer cancel()
	c, err := s.Dial(ctx, resolver(cl))
	if err != nil {
		die(1, "dial: %v", err)
	}
	c.SetDeadline(time.Now().Add(*timeout))
	if _, err := fmt.Fprintln(c, *send); err != nil {
		die(1, "write: %v", err)
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		die(1, "read: %v", err)
	}
	st := c.(*tls.Conn).ConnectionState()
	fmt.Fprintf(os.Stderr, "tls=%x alpn=%q chain=%d peer=%v\n", st.Version, st.NegotiatedProtocol, len(st.PeerCertificates), st.PeerCertificates[0].URIs)
	fmt.Print(line)
	c.Close()
}

func cmdClient() {
	cl := consul()
	s := service(cl)
	hc := s.HTTPClient()
	hc.Timeout = *timeout
	fail := 0
	for i := 0; i < *n; i++ {
		t := time.Now()
		rq, err := http.NewRequest(*method, *rawURL, strings.NewReader(*body))
		if err != nil {
			die(2, "%v", err)
		}
		rs, err := hc.Do(rq)
		if err != nil {
			fmt.Printf("ERROR %v\n", err)
			fail++
		} else {
			b, err := ioutil.ReadAll(rs.Body)
			rs.Body.Close()
			fmt.Printf("%d %s %.2fms %s", rs.StatusCode, rs.Proto, float64(time.Since(t).Microseconds())/1000, b)
			if err != nil {
				fmt.Printf("ERROR body %v\n", err)
				fail++
			} else if len(b) == 0 || b[len(b)-1] != '\n' {
				fmt.Println()
			}
		}
		if *fresh {
			hc.CloseIdleConnections()
		}
	}
	if fail > 0 {
		os.Exit(1)
	}
}

// mtls makes a client config from the agent's leaf and roots: the benchmark
// then measures the peer, not this library's own discovery.
func mtls(cl *api.Client) *tls.Config {
	leaf, _, err := cl.Agent().ConnectCALeaf(*name, nil)
	if err != nil {
		die(3, "leaf: %v", err)
	}
	kp, err := tls.X509KeyPair([]byte(leaf.CertPEM), []byte(leaf.PrivateKeyPEM))
	if err != nil {
		die(3, "leaf: %v", err)
	}
	rl, _, err := cl.Agent().ConnectCARoots(nil)
	if err != nil {
		die(3, "roots: %v", err)
	}
	pool := x509.NewCertPool()
	for _, r := range rl.Roots {
		pool.AppendCertsFromPEM([]byte(r.RootCertPEM))
	}
	c := &tls.Config{Certificates: []tls.Certificate{kp}, InsecureSkipVerify: true, MinVersion: tls.VersionTLS12,
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			o := x509.VerifyOptions{Roots: pool, Intermediates: x509.NewCertPool()}
			var first *x509.Certificate
			for i, d := range raw {
				x, err := x509.ParseCertificate(d)
				if err != nil {
					return err
				}
				if i == 0 {
					first = x
				} else {
					o.Intermediates.AddCert(x)
				}
			}
			if first == nil {
				return errors.New("no certificate")
			}
			_, err := first.Verify(o)
			return err
		}}
	if *tls12 {
		c.MaxVersion = tls.VersionTLS12
	}
	return c
}

type result struct {
	Kind                       string
	Conc                       int
	Seconds                    float64
	Done, Errors               int64
	PerSecond                  float64
	P50ms, P90ms, P99ms, MaxMs float64
	FirstError                 string `json:",omitempty"`
	Proto                      string `json:",omitempty"`
}

func run(kind string, op func(worker int) error) {
	var done, errs int64
	var first atomic.Value
	lats := make([][]float64, *conc)
	var wg sync.WaitGroup
	t0 := time.Now()
	end := t0.Add(*dur)
	for w := 0; w < *conc; w++ {
		wg.Add(1)
		go func(w int) {
			defer wg.Done()
			for time.Now().Before(end) {
				t := time.Now()
				if err := op(w); err != nil {
					atomic.AddInt64(&errs, 1)
					first.Store(err.Error())
					continue
				}
				atomic.AddInt64(&done, 1)
				lats[w] = append(lats[w], float64(time.Since(t).Nanoseconds())/1e6)
			}
		}(w)
	}
	wg.Wait()
	el := time.Since(t0).Seconds()
	var all []float64
	for _, l := range lats {
		all = append(all, l...)
	}
	sort.Float64s(all)
	q := func(p float64) float64 {
		if len(all) == 0 {
			return 0
		}
		return all[int(p*float64(len(all)-1))]
	}
	r := result{Kind: kind, Conc: *conc, Seconds: el, Done: done, Errors: errs, PerSecond: float64(done) / el,
		P50ms: q(.5), P90ms: q(.9), P99ms: q(.99), MaxMs: q(1)}
	if e := first.Load(); e != nil {
		r.FirstError = e.(string)
	}
	json.NewEncoder(os.Stdout).Encode(r)
	if done == 0 {
		os.Exit(1)
	}
}

func cmdHS() {
	cfg := mtls(consul())
	run("handshake", func(int) error {
		// Handshake, one request, one response byte: with TLS 1.3 the client
		// learns that it was refused only when it reads.
		c, err := net.DialTimeout("tcp", *addr, 5*time.Second)
		if err != nil {
			return err
		}
		defer c.Close()
		c.(*net.TCPConn).SetLinger(0)
		t := tls.Client(c, cfg)
		t.SetDeadline(time.Now().Add(5 * time.Second))
		if err := t.Handshake(); err != nil {
			return err
		}
		if _, err := io.WriteString(t, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"); err != nil {
			return err
		}
		var b [1]byte
		_, err = io.ReadFull(t, b[:])
		return err
	})
}

func cmdBench() {
	u, err := url.Parse(*rawURL)
	if err != nil {
		die(2, "%v", err)
	}
	mk := func() *http.Client {
		tr := &http.Transport{MaxIdleConnsPerHost: *conc, DisableKeepAlives: *fresh}
		if u.Scheme == "https" {
			cfg := mtls(consul())
			if *useH2 {
				cfg.NextProtos = []string{"h2"}
			}
			tr.TLSClientConfig = cfg
			if *addr != "" {
				a := *addr
				tr.DialContext = func(ctx context.Context, nw, _ string) (net.Conn, error) {
					return (&net.Dialer{}).DialContext(ctx, nw, a)
				}
			}
			if *useH2 {
				if err := http2.ConfigureTransport(tr); err != nil {
					die(2, "%v", err)
				}
			}
		}
		return &http.Client{Transport: tr, Timeout: *timeout}
	}
	hc := mk()
	run("request", func(w int) error {
		rs, err := hc.Get(*rawURL)
		if err != nil {
			return err
		}
		io.Copy(ioutil.Discard, rs.Body)
		rs.Body.Close()
		if rs.StatusCode != 200 {
			return fmt.Errorf("status %d", rs.StatusCode)
		}
		return nil
	})
}

func main() {
	if len(os.Args) < 2 {
		die(2, "usage: go-peer server|client|dial|tcpecho|plain|bench|hs [flags]")
	}
	fs.Parse(os.Args[2:])
	switch os.Args[1] {
	case "server":
		cmdServer()
	case "client":
		cmdClient()
	case "dial":
		cmdDial()
	case "tcpecho":
		cmdTCPEcho()
	case "plain":
		cmdPlain()
	case "bench":
		cmdBench()
	case "hs":
		cmdHS()
	default:
		die(2, "unknown command %q", os.Args[1])
	}
}
