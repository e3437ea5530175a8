/** A list as far as it is loaded. */
export interface PagedList<Item> {
  items: readonly Item[];
  /** False until the first answer, good or bad. */
  isAnswered: boolean;
  isFailed: boolean;
  heardEpochMs: number;
  /** More are there than are loaded. */
  hasMore: boolean;
  loadMore: () => void;
}

/** How a list of pages stands, and how the next page is had. */
export function pagingOf(query: {
  isFetched: boolean;
  isError: boolean;
  dataUpdatedAt: number;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: (options: { cancelRefetch: boolean }) => unknown;
}): Omit<PagedList<never>, "items"> {
  return {
    ...{ isAnswered: query.isFetched, isFailed: query.isError, heardEpochMs: query.dataUpdatedAt },
    hasMore: query.hasNextPage,
    loadMore: () => {
      if (!query.isFetchingNextPage) void query.fetchNextPage({ cancelRefetch: false });
    },
  };
}
