# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The CDK's concurrency, carrying pages instead of records."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Queue
from typing import Any

from airbyte_cdk.models import AirbyteMessage, AirbyteStreamStatus, Level, StreamDescriptor
from airbyte_cdk.sources.concurrent_source.concurrent_read_processor import ConcurrentReadProcessor
from airbyte_cdk.sources.concurrent_source.concurrent_source import ConcurrentSource
from airbyte_cdk.sources.concurrent_source.stream_thread_exception import StreamThreadException
from airbyte_cdk.sources.concurrent_source.thread_pool_manager import ThreadPoolManager
from airbyte_cdk.sources.message import InMemoryMessageRepository, MessageRepository
from airbyte_cdk.sources.message.concurrent_repository import ConcurrentMessageRepository
from airbyte_cdk.sources.message.repository import LogMessage
from airbyte_cdk.sources.streams.concurrent.partition_enqueuer import PartitionEnqueuer
from airbyte_cdk.sources.streams.concurrent.partition_reader import PartitionLogger, PartitionReader
from airbyte_cdk.sources.streams.concurrent.partitions.types import QueueItem
from airbyte_cdk.sources.utils.slice_logger import DebugSliceLogger
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message

from source_twitter_ads.engine.failures import Cause, explained, partly_failed
from source_twitter_ads.engine.page import Page
from source_twitter_ads.engine.streams import PagedStream

# Pages that may wait to be written: enough to keep the writer busy, few enough to bound memory (about 1 MB each).
QUEUED_ITEMS = 12


class PageProcessor(ConcurrentReadProcessor):
    """Counts pages by their records, and reports each reason for failed pieces once."""

    def __init__(self, cause_of: Callable[[Exception], Cause], *parts: Any, **options: Any) -> None:
        super().__init__(*parts, **options)
        self.cause_of = cause_of
        self._causes: set[Cause] = set()

    def on_page(self, page: Page) -> Iterator[Any]:
        """Yield a page, after the RUNNING status where it is its stream's first."""
        if self._record_counter[page.stream_name] == 0:
            stream = self._stream_name_to_instance[page.stream_name]
            yield as_airbyte_message(stream.as_airbyte_stream(), AirbyteStreamStatus.RUNNING)
        self._record_counter[page.stream_name] += page.size
        yield page
        yield from self._message_repository.consume_queue()

    def is_done(self) -> bool:
        """Return whether everything is read; raise AirbyteTracedException when pieces failed."""
        failed = self._exceptions_per_stream_name
        # The CDK would repeat all errors, as one of the configuration, after which a platform does not try again.
        self._exceptions_per_stream_name = {}
        done = super().is_done()
        self._exceptions_per_stream_name = failed
        if done and failed:
            raise partly_failed(failed, self.cause_of, len(self._stream_name_to_instance) - len(failed))
        return done

    def on_exception(self, exception: StreamThreadException) -> Iterable[AirbyteMessage]:
        """Yield a TRACE error for the first piece that failed for a reason, unless the sync's own error tells it."""
        name, error = exception.stream_name, explained(exception.exception, f"Reading stream {exception.stream_name}")
        cause = self.cause_of(error)
        self._flag_exception(name, error)
        if cause in self._causes:
            self._logger.debug(str(error))
            return
        self._causes.add(cause)
        self._logger.error(str(error))
        if not cause.shared:
            yield error.as_sanitized_airbyte_message(stream_descriptor=StreamDescriptor(name=name))


class QueueClosed(Exception):
    """The sync has ended: its queue takes nothing more."""


class ClosableQueue(Queue[QueueItem]):
    """The bounded queue between the readers and the writer; with `lines`, pages wait in it as protocol lines."""

    def __init__(self, lines: bool = False) -> None:
        super().__init__(maxsize=QUEUED_ITEMS)
        self._lines = lines
        self._closed = False

    def put(self, item: QueueItem, block: bool = True, timeout: float | None = None) -> None:
        """Put an item at the end of the queue; wait while it is full, raise QueueClosed once it is closed."""
        if self._closed:
            raise QueueClosed
        if self._lines and isinstance(item, Page):
            # In the reader's thread: the writer's only hands the bytes on.
            item.render()
        super().put(item, block, timeout)

    def close(self) -> None:
        """Drop everything and wake all threads that wait in `put`."""
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

    def __init__(self, queue: ClosableQueue) -> None:
        super().__init__(queue, InMemoryMessageRepository())
        self.queue = queue

    def receive_from(self, other: MessageRepository | None) -> None:
        """Put what a manifest's stock components emit onto this queue: the CDK gave them a queue of their own."""
        if isinstance(other, ConcurrentMessageRepository):
            other._queue = self.queue

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
        """Yield messages; the thread that asks for one is the consumer until another thread asks."""
        self._consumer_thread_id = threading.get_ident()
        for message in messages:
            yield message
            self._consumer_thread_id = threading.get_ident()

    def _put_on_queue(self, message: AirbyteMessage) -> None:
        if threading.get_ident() == self._consumer_thread_id:
            self._pending.append(message)
        else:
            super()._put_on_queue(message)


class PagedConcurrentSource(ConcurrentSource):
    """Reads streams whose partitions yield pages.

    Args:
        repository: what the streams emit to.
        workers: requests that may be in flight, and so readers that are worth having.
        generators: how many streams may list their partitions at once.
        logger: for the CDK's own messages.
        cause_of: tells why a piece failed; by default errors with the same text have the same cause.
    """

    def __init__(
        self,
        repository: OrderedRepository,
        workers: int,
        generators: int,
        logger: logging.Logger,
        cause_of: Callable[[Exception], Cause] = lambda error: Cause(str(error)),
    ) -> None:
        self._repository = repository
        self._cause_of = cause_of
        pool = ThreadPoolExecutor(max_workers=workers + generators, thread_name_prefix="reader")
        super().__init__(
            threadpool=ThreadPoolManager(pool, logger),
            logger=logger,
            queue=repository.queue,
            message_repository=repository,
            initial_number_partitions_to_generate=generators,
        )

    def read(self, streams: Sequence[PagedStream]) -> Iterator[AirbyteMessage]:  # type: ignore[override]
        """Read all streams at once: yield statuses, states, logs and traces, and `Page` objects.

        Raises:
            AirbyteTracedException: at the end, when a piece failed; all other pieces are complete then.
        """
        self._logger.info("Starting syncing")
        # Those that take a thread for as long as the sync lasts must not queue behind others.
        first = [stream for stream in streams if stream.reads_all_the_time]
        slice_logger = DebugSliceLogger()
        processor = PageProcessor(
            self._cause_of,
            [*first, *(stream for stream in streams if stream not in first)],
            PartitionEnqueuer(self._queue, self._threadpool),
            self._threadpool,
            self._logger,
            slice_logger,
            self._message_repository,
            PartitionReader(self._queue, PartitionLogger(slice_logger, self._logger, self._message_repository)),
            max_concurrent_partition_generators=self._initial_number_partitions_to_generate,
        )
        try:
            yield from self._repository.consumed_by(self._submit_initial_partition_generators(processor))
            yield from self._repository.consumed_by(self._consume_from_queue(self._queue, processor))
            self._threadpool.check_for_errors_and_shutdown()
        finally:
            # A library user may stop listening: then the threads must end instead of waiting in `put`.
            self._threadpool._shutdown()
            self._repository.queue.close()
        self._logger.info("Finished syncing")

    def _handle_item(
        self, queue_item: QueueItem, concurrent_stream_processor: ConcurrentReadProcessor
    ) -> Iterable[AirbyteMessage]:
        if isinstance(queue_item, Page) and isinstance(concurrent_stream_processor, PageProcessor):
            yield from concurrent_stream_processor.on_page(queue_item)
        else:
            yield from super()._handle_item(queue_item, concurrent_stream_processor)
