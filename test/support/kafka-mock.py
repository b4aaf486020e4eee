# A Kafka broker of librdkafka's own: its mock cluster, which speaks Kafka's protocol and keeps nothing on disk.
# Prints where it listens. Then it reads names of topics, and prints the next message of each as JSON, or null.
import json
import sys

from confluent_kafka import Consumer, Producer, TopicPartition

producer = Producer({"bootstrap.servers": "mock", "test.mock.num.brokers": "1"})
brokers = producer.list_topics(timeout=10).brokers.values()
addresses = ",".join(f"{broker.host}:{broker.port}" for broker in brokers)
print(addresses, flush=True)
readers = {}


def reader_of(topic):
    if topic not in readers:
        readers[topic] = Consumer({"bootstrap.servers": addresses, "group.id": "test"})
        partitions = producer.list_topics(topic, timeout=10).topics[topic].partitions
        readers[topic].assign([TopicPartition(topic, partition, 0) for partition in partitions])
    return readers[topic]


for line in sys.stdin:
    message = reader_of(line.strip()).poll(1)
    if message is None or message.error():
        print("null", flush=True)
    else:
        headers = {name: value.decode() for name, value in message.headers() or []}
        print(json.dumps({"body": message.value().decode(), "headers": headers}), flush=True)
