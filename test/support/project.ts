import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A folder outside of the repository, as a user has one, with gatewire and other packages installed. */
export class Project {
  private constructor(readonly folder: string) {}

  /**
   * @param files - text by path
   * @param packages - what else is installed, besides gatewire
   */
  static async create(
    files: Readonly<Record<string, string>>,
    packages: readonly string[] = [],
  ): Promise<Project> {
    const project = new Project(await realpath(await mkdtemp(join(tmpdir(), 'gatewire-'))));
    for (const [path, text] of Object.entries(files)) await project.write(path, text);
    await project.link('gatewire', root);
    for (const name of packages) await project.link(name, join(root, 'node_modules', name));
    return project;
  }

  async write(path: string, text: string): Promise<void> {
    const file = join(this.folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }

  private async link(name: string, target: string): Promise<void> {
    const path = join(this.folder, 'node_modules', name);
    await mkdir(dirname(path), { recursive: true });
    await symlink(target, path, 'junction');
  }
}
