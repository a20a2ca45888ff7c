local common = import 'common.libsonnet';

{
  clientGrpcServers: [common.anyone { listenAddresses: [':8982'] }],
  workerGrpcServers: [common.anyone { listenAddresses: [':8983'] }],
  contentAddressableStorage: common.storage,
  maximumMessageSizeBytes: common.maximumMessageSizeBytes,
  executeAuthorizer: common.open,
  modifyDrainsAuthorizer: { deny: {} },
  killOperationsAuthorizer: { deny: {} },
  synchronizeAuthorizer: common.open,
  actionRouter: {
    simple: {
      // An action goes to the workers that have exactly its properties.
      platformKeyExtractor: { action: {} },
      // Links take turns, whoever has more jobs.
      invocationKeyExtractors: [{ toolInvocationId: {} }],
      initialSizeClassAnalyzer: {
        defaultExecutionTimeout: '600s',
        maximumExecutionTimeout: '7200s',  // --remote_execution_timeout is below it
      },
    },
  },
  platformQueueWithNoWorkersTimeout: '900s',
}
