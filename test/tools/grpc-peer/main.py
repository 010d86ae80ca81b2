"""A gRPC client and server without generated code.

grpc-peer call HOST:PORT /package.Service/Method TEXT [NAME=VALUE...]
    One unary call whose message is TEXT as bytes, with metadata. Prints "OK <text of the answer>", or
    "STATUS <number> <name> <details>".
grpc-peer serve
    A server on a port of the system's choice. Prints "READY HOST:PORT". /echo.Echo/Say answers what it is sent,
    /echo.Echo/Count each letter of it as a message, and /echo.Echo/Fail status 9 with it as details.
grpc-peer version
"""
import sys
from concurrent import futures

import grpc


def call(target, method, text, metadata):
    with grpc.insecure_channel(target, options=[("grpc.enable_http_proxy", 0), ("grpc.enable_retries", 0)]) as channel:
        # Without serializers a message is its bytes.
        unary = channel.unary_unary(method)
        try:
            answer = unary(text.encode(), timeout=20, metadata=metadata)
            print("OK", answer.decode())
        except grpc.RpcError as error:
            number, _ = error.code().value
            print("STATUS", number, error.code().name, error.details())


class Echo(grpc.GenericRpcHandler):
    def service(self, details):
        if details.method == "/echo.Echo/Say":
            return grpc.unary_unary_rpc_method_handler(lambda message, _: message)
        if details.method == "/echo.Echo/Count":
            return grpc.unary_stream_rpc_method_handler(lambda message, _: (bytes([letter]) for letter in message))
        if details.method == "/echo.Echo/Fail":
            return grpc.unary_unary_rpc_method_handler(
                lambda message, context: context.abort(grpc.StatusCode.FAILED_PRECONDITION, message.decode()))
        return None


def serve():
    server = grpc.server(futures.ThreadPoolExecutor(4), handlers=[Echo()], options=[("grpc.so_reuseport", 0)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"READY 127.0.0.1:{port}", flush=True)
    server.wait_for_termination()


if __name__ == "__main__":
    if sys.argv[1:] == ["version"]:
        print(grpc.__version__)
    elif sys.argv[1:] == ["serve"]:
        serve()
    elif len(sys.argv) >= 5 and sys.argv[1] == "call":
        call(sys.argv[2], sys.argv[3], sys.argv[4], [tuple(pair.split("=", 1)) for pair in sys.argv[5:]])
    else:
        sys.exit(__doc__)
