export {
  jobOf,
  PACKAGE_DOCUMENT,
  type PackagingDeps,
  packageDocument,
  registerPackaging,
} from './package-document.job.ts';
export { SealingPool } from './sealing-pool.ts';
