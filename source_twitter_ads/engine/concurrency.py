# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The CDK's concurrency, carrying pages instead of records.

All use that the connector makes of protected parts of the CDK stands in this file; unit_tests/test_cdk.py pins it.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import Any

from airbyte_cdk.models import AirbyteMessage, AirbyteStreamStatus, FailureType, Level, StreamDescriptor
from airbyte_cdk.sources.concurrent_source.concurrent_read_processor import ConcurrentReadProcessor
from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.concurrent_source.stream_thread_exception import StreamThreadException
from airbyte_cdk.sources.concurrent_source.thread_pool_manager import ThreadPoolManager
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.message.concurrent_repository import ConcurrentMessageRepository
from airbyte_cdk.sources.message.repository import LogMessage
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.sources.streams.concurrent.partition_enqueuer import PartitionEnqueuer
from airbyte_cdk.sources.streams.concurrent.partition_reader import PartitionLogger, PartitionReader
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem
from airbyte_cdk.sources.utils.slice_logger import DebugSliceLogger
from airbyte_cdk.utils import AirbyteTracedException
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message

from source_twitter_ads.engine.page import Page

# Pages that may wait to be written: enough to keep the writer busy, few enough to bound memory (about 1 MB each).
QUEUED_ITEMS = 12

Message = AirbyteMessage | Page


class PageProcessor(ConcurrentReadProcessor):
    """Counts pages by their records, and reports a failed piece with its sentence instead of a stack trace."""

    def on_page(self, page: Page) -> Iterator[Message]:
        """Yield a page, after the RUNNING status where it is its stream's first."""
        if self._record_counter[page.stream_name] == 0:
            stream = self._stream_name_to_instance[page.stream_name]
            yield as_airbyte_message(stream.as_airbyte_stream(), AirbyteStreamStatus.RUNNING)
        self._record_counter[page.stream_name] += page.size
        yield page
        yield from self._message_repository.consume_queue()

    def is_done(self) -> bool:
        """Whether everything is read.

        Raises:
            AirbyteTracedException: when pieces failed. The CDK repeats all of their errors in it, and calls it an error
                of the configuration, after which a platform does not try again; it is one only if all of the pieces
                failed for one.
        """
        try:
            return super().is_done()
        except AirbyteTracedException as failed:
            every = [error for errors in self._exceptions_per_stream_name.values() for error in errors]
            if every:
                failed.failure_type = _most_hopeful(every)
                names = ", ".join(sorted(self._exceptions_per_stream_name))
                failed.message = (
                    f"Not all of {names} was read: each piece that failed has an error of its own, which says what "
                    "happened and what to do. Everything else is complete, and the next sync asks for what is missing."
                )
            raise

    def on_exception(self, exception: StreamThreadException) -> Iterable[AirbyteMessage]:
        """Yield the TRACE error of a failed partition; unexpected errors keep the CDK's full report."""
        error = exception.exception
        if not isinstance(error, AirbyteTracedException):
            yield from super().on_exception(exception)
            return
        self._flag_exception(exception.stream_name, error)
        self._logger.error(str(error))
        yield error.as_sanitized_airbyte_message(stream_descriptor=StreamDescriptor(name=exception.stream_name))


def _most_hopeful(errors: Iterable[Exception]) -> FailureType:
    """What a sync is said to have failed of: the piece that is the most likely to be mended by another try."""
    kinds = {getattr(error, "failure_type", FailureType.system_error) for error in errors}
    order = (FailureType.transient_error, FailureType.system_error, FailureType.config_error)
    return next((kind for kind in order if kind in kinds), FailureType.system_error)


class Abandoned(Exception):
    """Nobody reads any more."""


class Line(Queue[QueueItem]):
    """The queue between the readers and the one who writes.

    Args:
        places: items that may wait; who puts another one waits too.
    """

    def __init__(self, places: int) -> None:
        super().__init__(maxsize=places)
        self._closed = False

    def put(self, item: QueueItem, block: bool = True, timeout: float | None = None) -> None:
        """Put an item at the end of the line.

        Raises:
            Abandoned: once the line is closed.
        """
        if self._closed:
            raise Abandoned
        super().put(item, block, timeout)

    def close(self) -> None:
        """Let everybody go who waits for a place."""
        with self.mutex:
            self._closed = True
            self.maxsize = sys.maxsize
            self.queue.clear()
            self.not_full.notify_all()


class OrderedRepository(ConcurrentMessageRepository):
    """Keeps each message in order with what its own thread put on the queue before.

    The CDK's passes all messages through one store first, from where another thread may take them: a state would come
    before the records that it vouches for, or after a later state. And the consumer's own messages go out at once,
    where the CDK puts them behind all that is queued: a stream's last state comes before its COMPLETE status; all of
    its records are out by then.
    """

    def emit_message(self, message: AirbyteMessage) -> None:
        """Put a message behind what its thread put on the queue."""
        self._put_on_queue(message)

    def log_message(self, level: Level, message_provider: Callable[[], LogMessage]) -> None:
        """Put a log line behind what its thread put on the queue, if its level is of interest."""
        own = InMemoryMessageRepository()
        own.log_message(level, message_provider)
        for message in own.consume_queue():
            self._put_on_queue(message)

    def consumed_by(self, messages: Iterable[AirbyteMessage]) -> Iterator[AirbyteMessage]:
        """Yield messages; whoever asks for one is the consumer, be it in another thread than the one before."""
        following = iter(messages)
        while True:
            self._consumer_thread_id = threading.get_ident()
            try:
                message = next(following)
            except StopIteration:
                return
            yield message

    def _put_on_queue(self, message: AirbyteMessage) -> None:
        if threading.get_ident() == self._consumer_thread_id:
            self._pending.append(message)
        else:
            super()._put_on_queue(message)


class Pool(ThreadPoolManager):
    """The threads that list and read partitions.

    Args:
        threads: how many there may be.
        logger: for the CDK's own messages.
    """

    def __init__(self, threads: int, logger: logging.Logger) -> None:
        super().__init__(ThreadPoolExecutor(max_workers=threads, thread_name_prefix="reader"), logger)

    def stop(self) -> None:
        """Begin nothing new."""
        self._shutdown()


class PagedConcurrentSource(ConcurrentSource):
    """Reads streams whose partitions yield pages.

    Args:
        workers: requests that may be in flight, and so readers that are worth having.
        generators: how many streams may list their partitions at once.
        logger: for the CDK's own messages.
    """

    def __init__(self, workers: int, generators: int, logger: logging.Logger) -> None:
        self._line = Line(QUEUED_ITEMS)
        self._pool = Pool(workers + generators, logger)
        self.repository = OrderedRepository(self._line, InMemoryMessageRepository())
        super().__init__(
            threadpool=self._pool,
            logger=logger,
            queue=self._line,
            message_repository=self.repository,
            initial_number_partitions_to_generate=generators,
        )

    def read(self, streams: list[AbstractStream]) -> Iterator[AirbyteMessage]:
        """Read all streams at once.

        Yields:
            AirbyteMessage: statuses, states, logs and traces; and `Page` objects, which the source turns into messages
            or lines.
        """
        self._logger.info("Starting syncing")
        # Their partitions take a thread each for as long as the sync lasts: they must not queue behind others.
        streams = sorted(streams, key=lambda stream: not getattr(stream, "reads_all_the_time", False))
        slice_logger = DebugSliceLogger()
        processor = PageProcessor(
            streams,
            PartitionEnqueuer(self._queue, self._threadpool),
            self._threadpool,
            self._logger,
            slice_logger,
            self._message_repository,
            PartitionReader(self._queue, PartitionLogger(slice_logger, self._logger, self._message_repository)),
            max_concurrent_partition_generators=self._initial_number_partitions_to_generate,
        )
        try:
            yield from self.repository.consumed_by(self._submit_initial_partition_generators(processor))
            yield from self.repository.consumed_by(self._consume_from_queue(self._queue, processor))
            self._threadpool.check_for_errors_and_shutdown()
        finally:
            # Whoever uses the source as a library may stop listening: then its threads must end, not wait for room.
            self._pool.stop()
            self._line.close()
        self._logger.info("Finished syncing")

    def _handle_item(
        self, queue_item: QueueItem, concurrent_stream_processor: ConcurrentReadProcessor
    ) -> Iterable[AirbyteMessage]:
        if isinstance(queue_item, Page) and isinstance(concurrent_stream_processor, PageProcessor):
            yield from concurrent_stream_processor.on_page(queue_item)  # type: ignore[misc]  # see `read`
        else:
            yield from super()._handle_item(queue_item, concurrent_stream_processor)


def as_written(partition: Partition) -> Partition:
    """Return a partition whose pages become protocol lines in the thread that reads them."""
    return _WrittenPartition(partition)


class _WrittenPartition(Partition):
    def __init__(self, partition: Partition) -> None:
        self._partition = partition

    def read(self) -> Iterable[Any]:
        for record in self._partition.read():
            if isinstance(record, Page):
                record.to_lines()
            yield record

    def to_slice(self) -> Any:
        return self._partition.to_slice()

    def stream_name(self) -> str:
        return self._partition.stream_name()

    def __hash__(self) -> int:
        return hash(self._partition)
