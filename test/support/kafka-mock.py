# A Kafka broker of librdkafka's own: its mock cluster, which speaks Kafka's protocol and keeps nothing on disk.
# Prints where it listens, and ends with its standard input.
import sys

from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": "1"})
brokers = producer.list_topics(timeout=10).brokers.values()
print(",".join(f"{broker.host}:{broker.port}" for broker in brokers), flush=True)
sys.stdin.read()
