"""A gRPC client without generated code.

grpc-peer call HOST:PORT /package.Service/Method TEXT [NAME=VALUE...]
    One unary call whose message is TEXT as bytes, with metadata. Prints "OK <text of the answer>", or
    "STATUS <number> <name> <details>".
grpc-peer version
"""
import sys

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


if __name__ == "__main__":
    if sys.argv[1:] == ["version"]:
        print(grpc.__version__)
    elif len(sys.argv) >= 5 and sys.argv[1] == "call":
        call(sys.argv[2], sys.argv[3], sys.argv[4], [tuple(pair.split("=", 1)) for pair in sys.argv[5:]])
    else:
        sys.exit(__doc__)
