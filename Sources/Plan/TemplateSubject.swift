// What a template is filled in for: the platform, and in an image the image.

import Basics
import Files
import Layout

/// What the variables of a template are about.
struct TemplateSubject {
  var platform: Platform?
  /// The image whose rule the template stands in.
  var image: ImageRule?
  /// The image's executable, whose digest {md5} is.
  var binary: SourceFile?
}
