import { Connection, type ConnectionOptions } from '@temporalio/client';

/** The largest answer that is read, in bytes: more than a page of histories can have. */
const maxAnswerBytes = 128 * 1024 * 1024;

/**
 * Connects to Temporal for reading histories. By default gRPC reads answers of up to 4 MiB, and whoever sends large signals
 * to a run of ours makes larger pages; and the client would try again by itself for most of a minute, while other histories
 * wait: the keeper tries again in its next round instead.
 */
export function connectForHistories(options: ConnectionOptions | undefined): Promise<Connection> {
  const channelArgs = { ...options?.channelArgs, 'grpc.max_receive_message_length': maxAnswerBytes };
  return Connection.connect({ ...options, channelArgs, interceptors: [] });
}
