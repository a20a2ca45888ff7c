local common = import 'common.libsonnet';

// Files of a fixed size, used in turn: the oldest results go first.
local files(folder, blocks, index, newBlocks) = {
  'local': {
    keyLocationMapOnBlockDevice: {
      file: { path: folder + '/key_location_map', sizeBytes: index },
    },
    keyLocationMapMaximumGetAttempts: 16,
    keyLocationMapMaximumPutAttempts: 64,
    oldBlocks: 8,
    currentBlocks: 24,
    newBlocks: newBlocks,
    blocksOnBlockDevice: {
      source: { file: { path: folder + '/blocks', sizeBytes: blocks } },
      spareBlocks: 3,
    },
    persistent: {
      stateDirectoryPath: folder + '/persistent_state',
      minimumEpochInterval: '300s',
    },
  },
};

local MiB = 1024 * 1024;

{
  grpcServers: [common.anyone { listenAddresses: [':8981'] }],
  maximumMessageSizeBytes: common.maximumMessageSizeBytes,
  contentAddressableStorage: {
    backend: files('/storage/cas', 32 * 1024 * MiB, 400 * MiB, 3),
    getAuthorizer: common.open,
    putAuthorizer: common.open,
    findMissingAuthorizer: common.open,
  },
  actionCache: {
    backend: files('/storage/ac', 128 * MiB, 16 * MiB, 1),
    getAuthorizer: common.open,
    putAuthorizer: common.open,
  },
}
