// SPDX-License-Identifier: MIT
import ArgumentParser

/// `apus image`: disk images.
struct ImageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "Create, convert, check and change disk images (raw and qcow2).",
        discussion: """
            The verbs and options are those of qemu-img. What differs: an image's format is never guessed from bytes that
            a guest may have written; backing files outside the image's folder are opened only when that is asked for;
            new files appear under their names when they are complete. Instead of amend, convert makes a new image with
            other options (-o).

            Examples:
              apus image create -f qcow2 disk.qcow2 20G
              apus image convert -O qcow2 -c disk.raw disk.qcow2
              apus image info disk.qcow2
              apus image create -f qcow2 -b base.qcow2 -F qcow2 overlay.qcow2
            """.paragraphs,
        subcommands: [
            ImageCreateCommand.self, ImageConvertCommand.self, ImageInfoCommand.self, ImageMapCommand.self,
            ImageCheckCommand.self, ImageResizeCommand.self, ImageCompareCommand.self, ImageCommitCommand.self,
            ImageRebaseCommand.self, ImageSnapshotCommand.self, ImageBitmapCommand.self,
            ImageMeasureCommand.self, ImageDDCommand.self, ImageBootableCommand.self,
        ])
}
