local common = import 'common.libsonnet';

{
  grpcServers: [common.anyone {
    listenAddresses: [':8980'],
    // thinrex asks for a sign of life after 30 s of silence.
    keepaliveEnforcementPolicy: { minTime: '20s', permitWithoutStream: true },
  }],
  maximumMessageSizeBytes: common.maximumMessageSizeBytes,
  contentAddressableStorage: {
    backend: common.storage,
    getAuthorizer: common.open,
    putAuthorizer: common.open,
    findMissingAuthorizer: common.open,
  },
  // Only workers write results; thinrex doesn't try to, unless told
  // --remote_upload_local_results=true.
  actionCache: {
    backend: common.results,
    getAuthorizer: common.open,
    putAuthorizer: { deny: {} },
  },
  schedulers: {
    '': {
      endpoint: {
        address: 'scheduler:8982',
        addMetadataJmespathExpression: {
          local metadata = 'build.bazel.remote.execution.v2.requestmetadata-bin',
          expression: '{"%s": incomingGRPCMetadata."%s"}' % [metadata, metadata],
        },
      },
    },
  },
  executeAuthorizer: common.open,
}
